import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answered, api, type Schemas, written } from "../api/client";

const NEAREST = 5;

export type Policy = Schemas["PolicyView"];

export const policy = queryOptions({
  queryKey: ["policy"],
  queryFn: ({ signal }) => answered(api.GET("/api/v1/policy", { signal })),
});

export const versions = queryOptions({
  queryKey: ["policy", "history"],
  queryFn: ({ signal }) => answered(api.GET("/api/v1/policy/history", { signal, params: { query: { limit: 20 } } })),
});

/** What would come of a threshold. */
export function trial(threshold: number) {
  return trialOf({ auto_approval_threshold: threshold });
}

/** What would come of changes, on the queue and on what people decided. Nothing is changed. */
export function trialOf(changes: Policy["document"]) {
  return queryOptions({
    queryKey: ["policy", "trial", changes],
    retry: false,
    staleTime: 30_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answered(api.POST("/api/v1/policy/simulate", { signal, body: { changes } })),
  });
}

/** How the rules on paper would decide, beside those in force. */
export const shadow = queryOptions({
  queryKey: ["policy", "shadow"],
  retry: false,
  queryFn: ({ signal }) => answered(api.GET("/api/v1/policy/shadow", { signal })),
});

/** The pending ones that lie nearest to a line, above it or below. */
export function nearest(line: number, above: boolean) {
  const side = above
    ? ({ confidence_min: line, sort: "confidence" } as const)
    : ({ confidence_max: Math.max(0, line - 0.0001), sort: "-confidence" } as const);
  return queryOptions({
    queryKey: ["policy", "nearest", line, above],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      answered(api.GET("/api/v1/review/queue", { signal, params: { query: { ...side, limit: NEAREST } } })),
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
