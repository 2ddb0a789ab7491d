import { answered, api, type Schemas, written } from "../api/client";
import { asked, type Filters } from "./filters";
import type { Bulk, BulkVerb } from "./useBulk";

export type Progress = Schemas["BulkProgress"];
export type Preview = Schemas["BulkPreview"];
type Request = Schemas["BulkRequest"];

/** What an action needs besides the proposals. */
export interface Choices {
  into: string | undefined;
  to: number | undefined;
  until: Date | undefined;
}

/** The selected ones as they were seen, or all that fit the filter that is seen. */
export function meant(bulk: Bulk, filters: Filters, action: BulkVerb, { into, to, until }: Choices): Request {
  const whom = bulk.everything
    ? { filter: { status: ["pending"], snoozed: false, ...asked(filters) } as Request["filter"] }
    : { ids: [...bulk.chosen], versions: Object.fromEntries(bulk.items.map((each) => [each.id, each.version])) };
  return { action, with_topics: true, into, to, until: until?.toISOString(), ...whom } as Request;
}

export function preview(request: Request): Promise<Preview> {
  return answered(api.POST("/api/v1/review/bulk/preview", { params: { header: written() }, body: request }));
}

/** Begins it, if it still means what was previewed, and carries it on to its end. */
export async function carryOut(request: Request, seen: Preview, notes: string, tell: (now: Progress) => void) {
  const agreed = request.filter ? { expected_count: seen.count, revision: seen.revision } : {};
  const body = { ...request, ...agreed, notes: notes || undefined };
  return await toItsEnd(await answered(api.POST("/api/v1/review/bulk", { params: { header: written() }, body })), tell);
}

export async function undoBulk(id: string): Promise<Progress> {
  const params = { path: { bulk_id: id }, header: written() };
  return await toItsEnd(await answered(api.POST("/api/v1/review/bulk/{bulk_id}/undo", { params })), () => undefined);
}

/** Those of this person that stopped on the way: their page was closed, or the connection was lost. */
export async function unfinished(signal: AbortSignal): Promise<Progress[]> {
  const { items } = await answered(api.GET("/api/v1/review/bulk", { signal }));
  return items.filter((each) => !each.finished_at);
}

export async function toItsEnd(begun: Progress, tell: (now: Progress) => void): Promise<Progress> {
  let now = begun;
  tell(now);
  while (!now.finished_at) {
    const params = { path: { bulk_id: now.id }, header: written() };
    now = await answered(api.POST("/api/v1/review/bulk/{bulk_id}/next", { params }));
    tell(now);
  }
  return now;
}
