import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { fromSearch } from "../review/filters";
import { Shell } from "./Shell";

const root = createRootRoute({ component: Shell });
const under = () => root;

const start = createRoute({
  getParentRoute: under,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/review" });
  },
});
const review = createRoute({
  getParentRoute: under,
  path: "/review",
  validateSearch: fromSearch,
  component: lazyRouteComponent(() => import("../review/Review"), "Review"),
});

export const router = createRouter({ routeTree: root.addChildren([start, review]), basepath: "/ui" });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
