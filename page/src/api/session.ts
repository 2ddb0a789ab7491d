import { queryOptions, useQuery } from "@tanstack/react-query";
import { answered, api, type Schemas } from "./client";

export type Who = Schemas["SessionView"];

export const session = queryOptions({
  queryKey: ["session"],
  retry: false,
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: ({ signal }) => answered(api.GET("/api/v1/session", { signal })),
});

/** What the person who is signed in may do. */
export function useRight(right: Schemas["Scope"]): boolean {
  return useQuery(session).data?.scopes.includes(right) ?? false;
}
