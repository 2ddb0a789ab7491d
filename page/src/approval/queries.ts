import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answered, api, type Schemas, written } from "../api/client";

export type Policy = Schemas["PolicyView"];

export const policy = queryOptions({
  queryKey: ["policy"],
  queryFn: ({ signal }) => answered(api.GET("/api/v1/policy", { signal })),
});

export const versions = queryOptions({
  queryKey: ["policy", "history"],
  queryFn: ({ signal }) => answered(api.GET("/api/v1/policy/history", { signal, params: { query: { limit: 20 } } })),
});

/** What would come of a threshold, on the queue and on what people decided. Nothing is changed. */
export function trial(threshold: number) {
  return queryOptions({
    queryKey: ["policy", "trial", threshold],
    staleTime: 30_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      answered(
        api.POST("/api/v1/policy/simulate", { signal, body: { changes: { auto_approval_threshold: threshold } } }),
      ),
  });
}

export function save(document: Policy["document"], version: number, note: string): Promise<Policy> {
  return answered(
    api.PUT("/api/v1/policy", { params: { header: written(version) }, body: { document, note: note || undefined } }),
  );
}

/** Takes back what the machine approved by a version. */
export function undo(version: number) {
  const params = { path: { version }, header: written() };
  return answered(api.POST("/api/v1/policy/versions/{version}/undo", { params }));
}

/** How sure what waits is, in fifty bins. */
export const histogram = queryOptions({
  queryKey: ["policy", "histogram"],
  queryFn: ({ signal }) => answered(api.GET("/api/v1/policy/histogram", { signal })),
});
