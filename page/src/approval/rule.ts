import type { Schemas } from "../api/client";
import { percent } from "../ui/format";

/** What is asked of some proposals, as the rules hold it. A list that is empty names all. */
export interface Rule {
  kinds?: string[];
  types?: string[];
  sources?: string[];
  channels?: string[];
  trust?: "trusted" | "untrusted" | null;
  proposers?: string[];
  extractors?: string[];
  threshold?: number | null;
  human_required?: boolean;
  min_authors?: number | null;
  may_approve?: boolean;
}

export const TYPES: Schemas["AtomType"][] = [
  "problem",
  "solution",
  "decision",
  "insight",
  "question",
  "pattern",
  "requirement",
];
export const PROPOSERS = ["extractor", "person", "agent"];

/** Only what was said. */
export function written(rule: Rule): Rule {
  const said = Object.entries(rule).filter(([, value]) =>
    Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined && value !== false,
  );
  return Object.fromEntries(said) as Rule;
}

/** Which proposals, and what is asked of them, in words. */
export function told(rule: Rule): { whom: string; asked: string } {
  const whom = [
    rule.kinds?.length && rule.kinds.map((each) => `${each}s`).join(" and "),
    rule.types?.length && `of type ${rule.types.join(" or ")}`,
    rule.sources?.length && `from ${rule.sources.join(" or ")}`,
    rule.channels?.length && `in ${rule.channels.map((each) => `#${each}`).join(" or ")}`,
    rule.trust && `from sources that are ${rule.trust}`,
    rule.proposers?.length &&
      `proposed by ${rule.proposers.map((each) => `an ${each}`.replace("an p", "a p")).join(" or ")}`,
    rule.extractors?.length && `found by ${rule.extractors.join(" or ")}`,
  ].filter((each) => typeof each === "string");
  const asked = [
    rule.human_required && "a person decides",
    typeof rule.threshold === "number" && `at least ${percent(rule.threshold)} sure`,
    typeof rule.min_authors === "number" && `said by at least ${rule.min_authors}`,
    rule.may_approve && "may be approved alone",
  ].filter((each) => typeof each === "string");
  return { whom: whom.join(", ") || "everything", asked: asked.join(", ") || "nothing besides" };
}
