import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answered, api, type Kind, of } from "../api/client";
import { asked, type Filters } from "./filters";
import { asItem, type Detail, type Item, type Proposal } from "./item";

const PAGE = 100;
const FRESH_MS = 60_000;

export const metrics = queryOptions({
  queryKey: ["metrics"],
  staleTime: 10_000,
  queryFn: ({ signal }) => answered(api.GET("/api/v1/metrics/proposals", { signal })),
});

/** The list is asked for once and grows at its end; what comes in later waits until the reader wants it. */
export function queue(filters: Filters) {
  const kind = filters.kind ?? "atom";
  return infiniteQueryOptions({
    queryKey: ["queue", kind, filters.sort ?? "created_at", asked(filters)],
    staleTime: Number.POSITIVE_INFINITY,
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ signal, pageParam }) => {
      const query = { ...asked(filters), sort: filters.sort, limit: PAGE, after: pageParam };
      const path = of(kind, "/api/v1/knowledge/atoms/proposals");
      const page = await answered(api.GET(path, { signal, params: { query } }));
      return { items: (page.items as Proposal[]).map(asItem), next: page.next };
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export function proposal(kind: Kind, id: string) {
  return queryOptions({
    queryKey: ["proposal", id],
    staleTime: FRESH_MS,
    queryFn: async ({ signal }): Promise<Detail> => {
      const path = of(kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}");
      return await answered(api.GET(path, { signal, params: { path: { proposal_id: id } } }));
    },
  });
}

export interface Compared {
  id: string;
  known: boolean;
  title: string;
  body: string;
}

/** What a proposal is set beside: approved knowledge, or another proposal. */
export function compared(kind: Kind, id: string, known: boolean) {
  return queryOptions({
    queryKey: ["compared", id, known],
    staleTime: FRESH_MS,
    queryFn: async ({ signal }): Promise<Compared> => {
      if (!known) {
        const path = of(kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}");
        const found = await answered(api.GET(path, { signal, params: { path: { proposal_id: id } } }));
        const { title, body } = asItem(found.proposal);
        return { id, known, title, body };
      }
      const path = of(kind, "/api/v1/knowledge/atoms/{entity_id}");
      const { entity } = await answered(api.GET(path, { signal, params: { path: { entity_id: id } } }));
      const seen = entity as { title?: string; content?: string; name?: string; description?: string };
      return { id, known, title: seen.title ?? seen.name ?? "", body: seen.content ?? seen.description ?? "" };
    },
  });
}

/** All that the screen of an item needs. */
export function screenOf(item: Item) {
  return {
    detail: proposal(item.kind, item.id),
    like: item.like && compared(item.kind, item.like.id, item.like.known),
  };
}
