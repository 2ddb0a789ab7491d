import type { Schemas } from "../api/client";
import { duration, number, percent } from "../ui/format";

type Figures = Schemas["KindMetrics"];
type Document = Schemas["MetricsDocument"];

const HOUR = 3600;
const share = (value: number) => percent(value, true);
const age = (seconds: number) => (seconds === 0 ? "none" : duration(seconds));

/** Every figure of a kind: its name in words, and how it is shown. */
export const FIGURES: [keyof Figures, string, (value: number) => string][] = [
  ["pending", "Waiting", number],
  ["approved", "Approved", number],
  ["rejected", "Rejected", number],
  ["merged", "Merged", number],
  ["expired", "Expired", number],
  ["withdrawn", "Withdrawn", number],
  ["approval_rate", "Approved of what was decided", share],
  ["avg_confidence", "Average confidence", share],
  ["auto_approved", "Approved by the machine", number],
  ["auto_approval_rate", "Of all approvals", share],
  ["auto_approval_success_rate", "Of these not taken back", share],
  ["duplicate_rate", "Found to be like something", share],
  ["taken_back_reverted", "Taken back: undone by a person", number],
  ["taken_back_superseded", "Taken back: replaced", number],
  ["taken_back_disputed", "Taken back: objected to", number],
  ["oldest_pending_seconds", "Oldest that waits", age],
  ["high_confidence_queue_age_seconds", "Oldest that the machine may take", age],
  ["high_confidence_waiting_for_people_seconds", "Oldest sure one that waits for people", age],
  ["time_to_auto_approval_seconds", "From proposal to approval by the machine", age],
];

export interface Target {
  name: string;
  wanted: string;
  measured: string;
  reached: boolean | undefined;
}

/** The targets that these figures say something about. */
export function targets({ topic_proposals: topics, atom_proposals: atoms }: Document): Target[] {
  const sum = (key: keyof Figures) => topics[key] + atoms[key];
  const most = (key: keyof Figures) => Math.max(topics[key], atoms[key]);
  const all = sum("pending") + sum("approved") + sum("rejected") + sum("merged") + sum("expired") + sum("withdrawn");
  return [
    atLeast("Approved by the machine", 0.5, sum("auto_approved"), all),
    atMost("Expired undecided", 0.1, sum("expired"), all),
    within("Age of what the machine may take", most("high_confidence_queue_age_seconds")),
    within("Time from proposal to approval by the machine", most("time_to_auto_approval_seconds")),
  ];
}

function atLeast(name: string, wanted: number, part: number, all: number): Target {
  const measured = all ? `${share(part / all)} of ${number(all)}` : "nothing yet";
  return { name, wanted: `at least ${percent(wanted)}`, measured, reached: all ? part / all >= wanted : undefined };
}

function atMost(name: string, wanted: number, part: number, all: number): Target {
  const measured = all ? `${share(part / all)} of ${number(all)}` : "nothing yet";
  return { name, wanted: `under ${percent(wanted)}`, measured, reached: all ? part / all < wanted : undefined };
}

function within(name: string, seconds: number): Target {
  return { name, wanted: "under an hour", measured: age(seconds), reached: seconds < HOUR };
}
