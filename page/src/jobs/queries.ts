import { queryOptions } from "@tanstack/react-query";
import { answered, api, type Schemas, written } from "../api/client";

const EVERY_MS = 10_000;
export const RUNS = 30;

export const jobs = queryOptions({
  queryKey: ["jobs"],
  refetchInterval: EVERY_MS,
  queryFn: ({ signal }) => answered(api.GET("/api/v1/jobs", { signal })),
});

export const health = queryOptions({
  queryKey: ["jobs", "health"],
  refetchInterval: EVERY_MS,
  queryFn: ({ signal }) => answered(api.GET("/api/v1/jobs/health", { signal })),
});

export function runs(name: string) {
  return queryOptions({
    queryKey: ["jobs", name],
    refetchInterval: EVERY_MS,
    queryFn: ({ signal }) =>
      answered(api.GET("/api/v1/jobs/{name}/runs", { signal, params: { path: { name }, query: { limit: RUNS } } })),
  });
}

/** What went wrong during a run; of one that goes on it grows. */
export function runLog(run: Schemas["JobRunView"]) {
  return queryOptions({
    queryKey: ["jobs", "log", run.id],
    refetchInterval: run.finished_at ? false : EVERY_MS,
    queryFn: ({ signal }) =>
      answered(api.GET("/api/v1/jobs/runs/{run_id}/log", { signal, params: { path: { run_id: run.id } } })),
  });
}

export function order(name: string, what: "run" | "pause" | "resume") {
  const params = { path: { name }, header: written() };
  const path = `/api/v1/jobs/{name}/${what}` as "/api/v1/jobs/{name}/run";
  return answered(api.POST(path, { params }));
}
