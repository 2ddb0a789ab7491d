import type { Kind } from "../api/client";

/** What is looked through. */
export type Shelf = Kind | "message";

export interface Place {
  kind?: Shelf;
  q?: string;
  topic?: string;
  open?: string;
}

/** What the address says; what makes no sense is left out. */
export function fromSearch(search: Record<string, unknown>): Place {
  const words = (value: unknown) =>
    typeof value === "string" || typeof value === "number" ? String(value).slice(0, 200) : undefined;
  const place: Place = {
    kind: search.kind === "topic" || search.kind === "message" ? search.kind : undefined,
    q: words(search.q) || undefined,
    topic: words(search.topic),
    open: words(search.open),
  };
  return Object.fromEntries(Object.entries(place).filter(([, value]) => value !== undefined));
}
