import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answered, api, type Kind, of, type Schemas } from "../api/client";
import type { Place } from "./search";

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

export function listed({ kind = "atom", topic }: Place) {
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

export function found({ kind = "atom", q = "", topic }: Place) {
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
