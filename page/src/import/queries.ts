import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answered, api, type Schemas } from "../api/client";

export type Import = Schemas["ImportView"];
export type Understood = Schemas["PreviewView"];

const PAGE = 20;
const BUSY_MS = 700;
const READ_MS = 3000;

export const pastImports = infiniteQueryOptions({
  queryKey: ["imports"],
  initialPageParam: undefined as string | undefined,
  queryFn: ({ signal, pageParam }) =>
    answered(api.GET("/api/v1/imports", { signal, params: { query: { limit: PAGE, after: pageParam } } })),
  getNextPageParam: (page) => page.next ?? undefined,
});

/** How soon it may have come further; false where it waits for a person. */
export function again({ state, outcome }: Pick<Import, "state" | "outcome">): number | false {
  if (state === "checking" || state === "running") return BUSY_MS;
  return state === "completed" && outcome?.unread ? READ_MS : false;
}

export function oneImport(id: string) {
  return queryOptions({
    queryKey: ["import", id],
    queryFn: ({ signal }) =>
      answered(api.GET("/api/v1/imports/{import_id}", { signal, params: { path: { import_id: id } } })),
    refetchInterval: ({ state }) => (state.data ? again(state.data) : false),
  });
}

export function extraction(id: string) {
  return queryOptions({
    queryKey: ["extraction", id],
    queryFn: ({ signal }) =>
      answered(api.GET("/api/v1/extractions/{run_id}", { signal, params: { path: { run_id: id } } })),
  });
}
