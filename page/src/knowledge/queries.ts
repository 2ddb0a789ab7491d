import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answered, api, type Kind, of, type Schemas } from "../api/client";

const PAGE = 50;

export interface Row {
  id: string;
  kind: Kind;
  title: string;
  about: string;
  confidence: number;
  highlight?: Schemas["Segment"][];
}

type Entity = Schemas["AtomView"] | Schemas["TopicView"];
export type EntityDetail = Schemas["EntityDetail_AtomView_"] | Schemas["EntityDetail_TopicView_"];

export function title(entity: Entity): string {
  return "title" in entity ? entity.title : entity.name;
}

export function body(entity: Entity): string {
  return "content" in entity ? entity.content : entity.description;
}

function row(entity: Entity, highlight?: Schemas["Segment"][]): Row {
  const about =
    "title" in entity ? [entity.type, ...entity.topics].filter(Boolean).join(" · ") : `${entity.atoms} atoms`;
  return {
    id: entity.id,
    kind: entity.kind ?? "atom",
    title: title(entity),
    about,
    confidence: entity.confidence,
    highlight,
  };
}

interface Asked {
  kind: Kind;
  q?: string;
  topic?: string;
}

export function listed({ kind, topic }: Asked) {
  return infiniteQueryOptions({
    queryKey: ["knowledge", kind, topic],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ signal, pageParam }) => {
      const query = { limit: PAGE, after: pageParam, ...(kind === "atom" ? { topic } : {}) };
      const page = await answered(api.GET(of(kind, "/api/v1/knowledge/atoms"), { signal, params: { query } }));
      return { items: page.items.map((each) => row(each)), next: page.next };
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export function found({ kind, q = "", topic }: Asked) {
  return queryOptions({
    queryKey: ["found", kind, q, topic],
    enabled: q !== "",
    queryFn: async ({ signal }) => {
      const query = { q, limit: PAGE, ...(kind === "atom" ? { topic } : {}) };
      const { items } = await answered(
        api.GET(of(kind, "/api/v1/knowledge/atoms/search"), { signal, params: { query } }),
      );
      return items.map((each) => row(each.entity, each.highlight));
    },
  });
}

export function entity(kind: Kind, id: string) {
  return queryOptions({
    queryKey: ["entity", id],
    queryFn: async ({ signal }): Promise<EntityDetail> => {
      const path = of(kind, "/api/v1/knowledge/atoms/{entity_id}");
      return answered(api.GET(path, { signal, params: { path: { entity_id: id } } }));
    },
  });
}

export function revisions(kind: Kind, id: string) {
  return queryOptions({
    queryKey: ["revisions", id],
    queryFn: async ({ signal }) => {
      const path = of(kind, "/api/v1/knowledge/atoms/{entity_id}/history");
      return (await answered(api.GET(path, { signal, params: { path: { entity_id: id } } }))).items;
    },
  });
}

export function graph(id: string) {
  return queryOptions({
    queryKey: ["graph", id],
    queryFn: ({ signal }) =>
      answered(api.GET("/api/v1/knowledge/graph/{entity_id}", { signal, params: { path: { entity_id: id } } })),
  });
}

export const contradictions = infiniteQueryOptions({
  queryKey: ["contradictions"],
  initialPageParam: undefined as string | undefined,
  queryFn: ({ signal, pageParam }) =>
    answered(
      api.GET("/api/v1/knowledge/contradictions", { signal, params: { query: { limit: PAGE, after: pageParam } } }),
    ),
  getNextPageParam: (page) => page.next ?? undefined,
});

const MOST_SHOWN = 200;

export function messages(q: string) {
  return infiniteQueryOptions({
    queryKey: ["messages", q],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ signal, pageParam }) => {
      const query = { limit: PAGE, after: pageParam };
      if (q) return answered(api.GET("/api/v1/messages/search", { signal, params: { query: { ...query, q } } }));
      const { items, next } = await answered(api.GET("/api/v1/messages", { signal, params: { query } }));
      const whole = (text: string) => [{ text: text.slice(0, MOST_SHOWN), hit: false }];
      return { items: items.map((message) => ({ message, highlight: whole(message.text) })), next };
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export function talk(id: string, before: number, after: number) {
  return queryOptions({
    queryKey: ["talk", id, before, after],
    queryFn: ({ signal }) =>
      answered(
        api.GET("/api/v1/messages/{message_id}/around", {
          signal,
          params: { path: { message_id: id }, query: { before, after } },
        }),
      ),
  });
}
