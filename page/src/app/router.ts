import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { client } from "../api/cache";
import { fromSearch as importPlace } from "../import/place";
import { fromSearch as knowledgePlace } from "../knowledge/search";
import { fromSearch } from "../review/filters";
import { queue } from "../review/queries";
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
  loaderDeps: ({ search: { open: _, ...filters } }) => filters,
  loader: ({ deps }) => void client.prefetchInfiniteQuery(queue(deps)), // it need not wait for who is signed in
  component: lazyRouteComponent(() => import("../review/Review"), "Review"),
});
const knowledge = createRoute({
  getParentRoute: under,
  path: "/knowledge",
  validateSearch: knowledgePlace,
  component: lazyRouteComponent(() => import("../knowledge/Knowledge"), "Knowledge"),
});
const approval = createRoute({
  getParentRoute: under,
  path: "/auto-approval",
  component: lazyRouteComponent(() => import("../approval/Approval"), "Approval"),
});
const jobs = createRoute({
  getParentRoute: under,
  path: "/jobs",
  component: lazyRouteComponent(() => import("../jobs/Jobs"), "Jobs"),
});
const metrics = createRoute({
  getParentRoute: under,
  path: "/metrics",
  component: lazyRouteComponent(() => import("../metrics/Metrics"), "Metrics"),
});
const bringIn = createRoute({
  getParentRoute: under,
  path: "/import",
  validateSearch: importPlace,
  component: lazyRouteComponent(() => import("../import/Import"), "Import"),
});
const settings = createRoute({
  getParentRoute: under,
  path: "/settings",
  component: lazyRouteComponent(() => import("../settings/Settings"), "Settings"),
});

export const router = createRouter({
  routeTree: root.addChildren([start, review, knowledge, approval, jobs, metrics, bringIn, settings]),
  basepath: "/ui",
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
