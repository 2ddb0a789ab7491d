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
  | {
      verb: "approved";
      notes?: string;
      /** After an edit: what was saved. */
      version?: number;
      /** The entity that is withdrawn for it. */
      inPlaceOf?: string;
    }
  | { verb: "rejected"; notes?: string }
  | { verb: "merged"; into: string; fields: Record<string, "keep" | "take" | "both">; notes?: string }
  | { verb: "snoozed"; until: Date; notes?: string };

const APPROVE = "/api/v1/knowledge/atoms/proposals/{proposal_id}/approve";

/** Carries it out, if the proposal still has this version. */
export function send(item: Item, decision: Decision, version: number): Promise<unknown> {
  const notes = decision.notes || undefined;
  if (decision.verb === "snoozed") return snooze(item.id, decision.until, notes);
  const read = decision.verb === "approved" ? (decision.version ?? version) : version;
  const params = { path: { proposal_id: item.id }, header: written(read) };
  if (decision.verb === "approved") {
    const body = { with_topics: true, notes };
    if (decision.inPlaceOf)
      return answered(
        api.PUT(of(item.kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}/supersede"), { params, body }),
      );
    return answered(api.PUT(of(item.kind, APPROVE), { params, body }));
  }
  if (decision.verb === "rejected") {
    const reject = of(item.kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}/reject");
    return answered(api.PUT(reject, { params, body: { notes } }));
  }
  const merge = of(item.kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}/merge");
  return answered(api.PUT(merge, { params, body: { into: decision.into, fields: decision.fields, notes } }));
}

export async function takeBack(item: Item, decision: Decision): Promise<void> {
  if (decision.verb === "snoozed") return void (await snooze(item.id, null));
  const to = (id: string) => ({ params: { path: { proposal_id: id }, header: written() }, body: {} });
  const reopen = of(item.kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}/reopen");
  const revert = of(item.kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}/revert");
  await answered(api.POST(decision.verb === "rejected" ? reopen : revert, to(item.id)));
  if (decision.verb !== "approved" || !decision.inPlaceOf) return;
  await answered(api.POST(reopen, to(decision.inPlaceOf)));
  const again = { ...to(decision.inPlaceOf), body: { with_topics: true } };
  await answered(api.PUT(of(item.kind, APPROVE), again));
}
