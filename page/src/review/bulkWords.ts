import type { Schemas } from "../api/client";
import type { BulkVerb } from "./useBulk";

/** What can be done with many, and how it is said. */
export const BULK: Record<BulkVerb, { name: string; done: string }> = {
  approve: { name: "Approve", done: "approved" },
  reject: { name: "Reject", done: "rejected" },
  merge: { name: "Merge", done: "merged" },
  assign: { name: "Assign", done: "assigned" },
  snooze: { name: "Put off", done: "put off" },
};

export function inWords(action: Schemas["BulkAction"]): string {
  return action === "undo" || action === "group" ? "Undoing" : BULK[action].name;
}
