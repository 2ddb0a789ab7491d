import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answered, api, type Kind, of, type Schemas, written } from "../api/client";
import { asked, DEFAULT_SORT, type Filters } from "./filters";
import { type Item, ofRow } from "./item";

const PAGE = 100;
const FRESH_MS = 60_000;
const READERS_MS = 20_000;

type Held = { state: { data?: { pages: { items: Item[] }[] } | undefined } };

/** The list is asked for once and grows at its end; what comes in later waits until the reader wants it. A list that
 * was seen empty is asked for anew by whoever comes back to it. */
export function queue(filters: Filters) {
  const sort = filters.sort ?? DEFAULT_SORT;
  return infiniteQueryOptions({
    queryKey: ["queue", sort, asked(filters)],
    staleTime: ({ state }: Held) => (state.data?.pages[0]?.items.length === 0 ? 0 : Number.POSITIVE_INFINITY),
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

/** What waits and says the same as this, to be decided as one. */
export function group(id: string) {
  return queryOptions({
    queryKey: ["proposal", id, "group"],
    staleTime: FRESH_MS,
    queryFn: ({ signal }) =>
      answered(api.GET("/api/v1/review/{proposal_id}/group", { signal, params: { path: { proposal_id: id } } })),
  });
}

export function decideGroup(centre: string, rest: "merge" | "reject", notes: string) {
  const params = { path: { centre_id: centre }, header: written() };
  const body = { rest, notes: notes || undefined, with_topics: true };
  return answered(api.POST("/api/v1/review/groups/{centre_id}/decide", { params, body }));
}

/** Remembered for these two, until one of their texts changes. */
export function notTheSame(kind: Kind, id: string, other: string, version: number | undefined) {
  const path = of(kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}/not-duplicate");
  const params = { path: { proposal_id: id }, header: written(version) };
  return answered(api.POST(path, { params, body: { other } }));
}

export function maybeTheSame(kind: Kind, id: string, other: string) {
  const path = of(kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}/not-duplicate/undo");
  const params = { path: { proposal_id: id }, header: written() };
  return answered(api.POST(path, { params, body: { other } }));
}

export function assign(kind: Kind, id: string, to: number | null, notes?: string) {
  const path = of(kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}/assignee");
  const params = { path: { proposal_id: id }, header: written() };
  return answered(api.PUT(path, { params, body: { to, notes: notes || undefined } }));
}

/** Who may decide. */
export const deciders = queryOptions({
  queryKey: ["people", "deciders"],
  staleTime: FRESH_MS,
  queryFn: async ({ signal }) => {
    const { items } = await answered(api.GET("/api/v1/people", { signal, params: { query: { limit: 100 } } }));
    return items.filter((each) => each.may_review);
  },
});

/** Who reads what now, by proposal. It ends by itself, so it is asked for again. */
export const readers = queryOptions({
  queryKey: ["readers"],
  refetchInterval: READERS_MS,
  queryFn: ({ signal }) => answered(api.GET("/api/v1/review/claims", { signal })),
});

/** The first that nobody else reads, claimed for this person; `passed`: those that were looked at. */
export function nextForMe(filters: Filters, passed: string[]) {
  const body = { filter: asked(filters) as Schemas["QueueFilter"], sort: filters.sort ?? DEFAULT_SORT, passed };
  return answered(api.POST("/api/v1/review/next", { params: { header: written() }, body }));
}

/** The filters of this person that have a name. */
export const views = queryOptions({
  queryKey: ["views"],
  staleTime: FRESH_MS,
  queryFn: ({ signal }) => answered(api.GET("/api/v1/review/views", { signal })),
});

export function saveView(name: string, filters: Filters) {
  const body = { name, filter: asked(filters) as Schemas["QueueFilter"], sort: filters.sort ?? DEFAULT_SORT };
  return answered(api.PUT("/api/v1/review/views", { params: { header: written() }, body }));
}

export function deleteView(id: string) {
  const params = { path: { view_id: id }, header: written() };
  return answered(api.DELETE("/api/v1/review/views/{view_id}", { params }));
}
