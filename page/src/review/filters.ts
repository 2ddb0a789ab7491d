import type { Kind, Schemas } from "../api/client";

/** What the address says: which proposals, in which order, and which one is open. */
export interface Filters {
  kind?: Kind;
  sort?: Schemas["QueueSort"];
  dedup_state?: Schemas["DedupState"];
  type?: Schemas["AtomType"];
  channel?: string;
  source?: string;
  text?: string;
  confidence_min?: number;
  confidence_max?: number;
  needs_attention?: boolean;
  snoozed?: boolean;
  assignee?: number | typeof NOBODY;
  /** Whether those that say the same are one item. Left out: where nothing else narrows the queue. */
  grouped?: boolean;
  open?: string;
}

export const NOBODY = "nobody";
export const DEFAULT_SORT = "worth";
export const SORTS = {
  worth: "Worth deciding first",
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
  const kind = one(search.kind, KINDS);
  return clean({
    kind,
    sort: one(search.sort, keys(SORTS)),
    dedup_state: one(search.dedup_state, keys(STATES)),
    type: kind === "topic" ? undefined : one(search.type, TYPES),
    channel: words(search.channel),
    source: words(search.source),
    text: words(search.text),
    confidence_min: share(search.confidence_min),
    confidence_max: share(search.confidence_max),
    needs_attention: search.needs_attention === true ? true : undefined,
    snoozed: search.snoozed === true ? true : undefined,
    assignee: search.assignee === NOBODY ? NOBODY : number(search.assignee),
    grouped: typeof search.grouped === "boolean" ? search.grouped : undefined,
    open: words(search.open),
  });
}

/** The filter alone, as the API takes it. */
export function asked({ open: _open, sort: _sort, kind, ...filter }: Filters) {
  return { ...filter, grouped: isGrouped(filter), ...(kind ? { kind: [kind] } : {}) };
}

/** Whether those that say the same stand as one. */
export function isGrouped(filters: Filters): boolean {
  return filters.grouped ?? !isNarrowed(filters);
}

/** Whether more than the kind is asked for. */
export function isNarrowed({ kind: _kind, grouped: _grouped, open: _open, sort: _sort, ...filter }: Filters): boolean {
  return Object.values(filter).some((each) => each !== undefined);
}

/** What makes another list of it. */
export function listKey(filters: Filters): string {
  return JSON.stringify([filters.sort ?? DEFAULT_SORT, asked(filters)]);
}

export const UNFILTERED: Filters = {
  kind: undefined,
  dedup_state: undefined,
  type: undefined,
  channel: undefined,
  source: undefined,
  text: undefined,
  confidence_min: undefined,
  confidence_max: undefined,
  needs_attention: undefined,
  snoozed: undefined,
  assignee: undefined,
  grouped: undefined,
};

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

function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : undefined;
}

function share(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value <= 1 ? value : undefined;
}
