import type { Schemas } from "../api/client";
import { duration, number, percent } from "../ui/format";

type Figures = Schemas["KindMetrics"];

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
  ["unlikely", "Set aside as unlikely", number],
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
  ["high_confidence_queue_age_seconds", "Oldest that the machine may approve", age],
  ["high_confidence_waiting_for_people_seconds", "Oldest sure one that waits for people", age],
  ["time_to_auto_approval_seconds", "From proposal to approval by the machine", age],
];
