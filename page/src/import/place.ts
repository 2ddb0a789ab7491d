/** Which import is open, as the address says. */
export interface ImportPlace {
  open?: string;
}

export function fromSearch(search: Record<string, unknown>): ImportPlace {
  return typeof search.open === "string" ? { open: search.open.slice(0, 64) } : {};
}
