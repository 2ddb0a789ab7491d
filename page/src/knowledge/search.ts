import type { Kind } from "../api/client";

export interface Place {
  kind?: Kind;
  q?: string;
  topic?: string;
  open?: string;
}

/** What the address says; what makes no sense is left out. */
export function fromSearch(search: Record<string, unknown>): Place {
  const words = (value: unknown) =>
    typeof value === "string" || typeof value === "number" ? String(value).slice(0, 200) : undefined;
  const place: Place = {
    kind: search.kind === "topic" ? "topic" : undefined,
    q: words(search.q) || undefined,
    topic: words(search.topic),
    open: words(search.open),
  };
  return Object.fromEntries(Object.entries(place).filter(([, value]) => value !== undefined));
}
