import type { Schemas } from "../api/client";

/** What a link says, read from either end. */
const SAYS: Record<Schemas["LinkType"] | "filed_under", [string, string]> = {
  continues: ["continues", "is continued by"],
  solves: ["solves", "is solved by"],
  contradicts: ["contradicts", "is contradicted by"],
  supports: ["supports", "is supported by"],
  refines: ["refines", "is refined by"],
  relates_to: ["relates to", "relates to"],
  depends_on: ["depends on", "is needed by"],
  filed_under: ["is filed under", "holds"],
};

export const AGAINST = "contradicts";

export function says(type: string, isOutgoing: boolean): string {
  return SAYS[type as keyof typeof SAYS]?.[isOutgoing ? 0 : 1] ?? type;
}
