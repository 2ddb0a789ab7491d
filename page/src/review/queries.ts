import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answered, api, written } from "../api/client";
import { asked, DEFAULT_SORT, type Filters } from "./filters";
import { ofRow } from "./item";

const PAGE = 100;
const FRESH_MS = 60_000;

/** The list is asked for once and grows at its end; what comes in later waits until the reader wants it. */
export function queue(filters: Filters) {
  const sort = filters.sort ?? DEFAULT_SORT;
  return infiniteQueryOptions({
    queryKey: ["queue", sort, asked(filters)],
    staleTime: Number.POSITIVE_INFINITY,
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ signal, pageParam }) => {
      const query = { ...asked(filters), sort, limit: PAGE, after: pageParam };
      const page = await answered(api.GET("/api/v1/review/queue", { signal, params: { query } }));
      return { items: page.items.map(ofRow), next: page.next };
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

/** How many fit, and how many would with another choice of each filter. */
export function counts(filters: Filters) {
  return queryOptions({
    queryKey: ["counts", asked(filters)],
    staleTime: 5_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/review/counts", { signal, params: { query: asked(filters) } })),
  });
}

/** All that is needed to decide on one; `against`: another candidate set beside it. */
export function screen(id: string, against?: string) {
  return queryOptions({
    queryKey: ["proposal", id, against],
    staleTime: FRESH_MS,
    queryFn: ({ signal }) => {
      const params = { path: { proposal_id: id }, query: { against } };
      return answered(api.GET("/api/v1/review/{proposal_id}", { signal, params }));
    },
  });
}

/** Tells others that it is read here, softly: it keeps nobody from deciding. */
export function claim(id: string) {
  return api.PUT("/api/v1/review/{proposal_id}/claim", { params: { path: { proposal_id: id }, header: written() } });
}

export function release(id: string) {
  return api.DELETE("/api/v1/review/{proposal_id}/claim", { params: { path: { proposal_id: id }, header: written() } });
}

/** What was read, so that a later change can be told. */
export function sawVersion(id: string, version: number) {
  const params = { path: { proposal_id: id }, header: written() };
  return api.PUT("/api/v1/review/{proposal_id}/seen", { params, body: { version } });
}

export function snooze(id: string, until: Date | null, notes?: string) {
  const params = { path: { proposal_id: id }, header: written() };
  const body = { until: until?.toISOString() ?? null, notes: notes || undefined };
  return answered(api.PUT("/api/v1/review/{proposal_id}/snooze", { params, body }));
}

export function addNote(id: string, notes: string) {
  const params = { path: { proposal_id: id }, header: written() };
  return answered(api.POST("/api/v1/review/{proposal_id}/notes", { params, body: { notes } }));
}
