import { answered, api, of, written } from "../api/client";
import type { Item } from "./item";
import type { Decided } from "./marks";
import { snooze } from "./queries";

export const SAID: Record<Decided, string> = {
  approved: "Approved",
  rejected: "Rejected",
  merged: "Merged",
  expired: "Expired",
  withdrawn: "Withdrawn",
  snoozed: "Put off",
};

export type Decision =
  | { verb: "approved"; notes?: string /** After an edit: what was saved. */; version?: number }
  | { verb: "rejected"; notes?: string }
  | { verb: "merged"; into: string; fields: Record<string, "keep" | "take" | "both">; notes?: string }
  | { verb: "snoozed"; until: Date; notes?: string };

/** Carries it out, if the proposal still has this version. */
export function send(item: Item, decision: Decision, version: number): Promise<unknown> {
  const notes = decision.notes || undefined;
  if (decision.verb === "snoozed") return snooze(item.id, decision.until, notes);
  const read = decision.verb === "approved" ? (decision.version ?? version) : version;
  const params = { path: { proposal_id: item.id }, header: written(read) };
  if (decision.verb === "approved") {
    const approve = of(item.kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}/approve");
    return answered(api.PUT(approve, { params, body: { with_topics: true, notes } }));
  }
  if (decision.verb === "rejected") {
    const reject = of(item.kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}/reject");
    return answered(api.PUT(reject, { params, body: { notes } }));
  }
  const merge = of(item.kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}/merge");
  return answered(api.PUT(merge, { params, body: { into: decision.into, fields: decision.fields, notes } }));
}

export function takeBack(item: Item, verb: Decision["verb"]): Promise<unknown> {
  if (verb === "snoozed") return snooze(item.id, null);
  const params = { path: { proposal_id: item.id }, header: written() };
  const path =
    verb === "rejected"
      ? of(item.kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}/reopen")
      : of(item.kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}/revert");
  return answered(api.POST(path, { params, body: {} }));
}
