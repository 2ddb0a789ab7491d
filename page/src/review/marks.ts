/** What became of a proposal in this session, by this person or another. */
export type Mark = { verb: Decided; by?: string } | { verb: "returned"; why: string } | { verb: "changed" };
export type Decided = "approved" | "rejected" | "merged" | "expired" | "withdrawn" | "snoozed";
export type Marks = ReadonlyMap<string, Mark>;

export function marks(state: Marks, changes: readonly (readonly [string, Mark | null])[]): Marks {
  const next = new Map(state);
  for (const [id, mark] of changes) {
    if (mark) next.set(id, mark);
    else next.delete(id);
  }
  return next;
}

export function isDecided(mark: Mark | undefined): mark is Extract<Mark, { verb: Decided }> {
  return mark !== undefined && mark.verb !== "returned" && mark.verb !== "changed";
}

const BY_EVENT: Record<string, Decided> = {
  "proposal.approved": "approved",
  "proposal.auto_approved": "approved",
  "proposal.rejected": "rejected",
  "proposal.merged": "merged",
  "proposal.expired": "expired",
  "proposal.withdrawn": "withdrawn",
};
const TAKEN_BACK = new Set(["proposal.reverted", "proposal.reopened"]);
const CHANGED = new Set([
  "proposal.edited",
  "proposal.evidence_added",
  "proposal.disputed",
  "proposal.duplicate_detected",
  "proposal.not_duplicate",
  "proposal.not_duplicate_undone",
]);

/** What an event says of a proposal, beside what is known of it; undefined: nothing new. `me`: who reads here. */
export function heard(
  type: string,
  actor: string | undefined,
  known: Mark | undefined,
  me?: string,
): Mark | null | undefined {
  const verb = BY_EVENT[type];
  if (verb) return isDecided(known) ? undefined : { verb, by: actor ?? "Assay" };
  if (TAKEN_BACK.has(type)) return known ? null : undefined;
  if (CHANGED.has(type) && known === undefined && actor !== me) return { verb: "changed" };
  return undefined;
}
