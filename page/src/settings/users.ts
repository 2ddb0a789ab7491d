import { infiniteQueryOptions } from "@tanstack/react-query";
import { answered, api, type Schemas } from "../api/client";

export type User = Schemas["UserView"];
export const ROLES: Schemas["Role"][] = ["viewer", "reviewer", "admin"];

const PAGE = 200;

/** Everybody, for admins. */
export const users = infiniteQueryOptions({
  queryKey: ["users"],
  initialPageParam: undefined as string | undefined,
  queryFn: ({ signal, pageParam }) =>
    answered(api.GET("/api/v1/users", { signal, params: { query: { limit: PAGE, after: pageParam } } })),
  getNextPageParam: (page) => page.next ?? undefined,
});
