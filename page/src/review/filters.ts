import type { Kind, Schemas } from "../api/client";

/** What the address says: which proposals, in which order, and which one is open. */
export interface Filters {
  kind?: Kind;
  sort?: Schemas["Sort"];
  dedup_state?: Schemas["DedupState"];
  type?: Schemas["AtomType"];
  channel?: string;
  source?: string;
  text?: string;
  confidence_min?: number;
  confidence_max?: number;
  needs_attention?: boolean;
  open?: string;
}

export const SORTS = {
  created_at: "Oldest first",
  "-created_at": "Newest first",
  "-confidence": "Surest first",
  confidence: "Least sure first",
};
export const TYPES = ["problem", "solution", "decision", "insight", "question", "pattern", "requirement"] as const;
export const STATES = {
  clear: "Like nothing known",
  duplicate: "Like something known",
  unchecked: "Not compared yet",
  error: "Comparison failed",
};
const KINDS = ["atom", "topic"] as const;

/** Tolerant: what makes no sense is left out. */
export function fromSearch(search: Record<string, unknown>): Filters {
  return clean({
    kind: one(search.kind, KINDS),
    sort: one(search.sort, keys(SORTS)),
    dedup_state: one(search.dedup_state, keys(STATES)),
    type: search.kind === "topic" ? undefined : one(search.type, TYPES),
    channel: words(search.channel),
    source: words(search.source),
    text: words(search.text),
    confidence_min: share(search.confidence_min),
    confidence_max: share(search.confidence_max),
    needs_attention: search.needs_attention === true ? true : undefined,
    open: words(search.open),
  });
}

/** The filter alone, as the API takes it. */
export function asked({ kind: _kind, open: _open, sort: _sort, ...filter }: Filters) {
  return filter;
}

export function isNarrowed(filters: Filters): boolean {
  return Object.keys(asked(filters)).length > 0;
}

export function clean<T extends object>(all: T): T {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== "")) as T;
}

function keys<K extends string>(of: Record<K, string>): K[] {
  return Object.keys(of) as K[];
}

function one<T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  return allowed.find((each) => each === value);
}

function words(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value).slice(0, 200) : undefined;
}

function share(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value <= 1 ? value : undefined;
}
