import { answered, api, type Schemas, written } from "../api/client";
import { asked, type Filters } from "./filters";
import type { Bulk, BulkVerb } from "./useBulk";

export type Progress = Schemas["BulkProgress"];
export type Preview = Schemas["BulkPreview"];
type Request = Schemas["BulkRequest"];

/** The selected ones as they were seen, or all that fit the filter that is seen. */
export function meant(bulk: Bulk, filters: Filters, action: BulkVerb): Request {
  const whom = bulk.everything
    ? { filter: { status: ["pending"], snoozed: false, grouped: false, ...asked(filters) } as Request["filter"] }
    : { ids: [...bulk.chosen], versions: Object.fromEntries(bulk.items.map((each) => [each.id, each.version])) };
  return { action, with_topics: true, ...whom } as Request;
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

export async function undo(id: string, tell: (now: Progress) => void): Promise<Progress> {
  const params = { path: { bulk_id: id }, header: written() };
  return await toItsEnd(await answered(api.POST("/api/v1/review/bulk/{bulk_id}/undo", { params })), tell);
}

async function toItsEnd(begun: Progress, tell: (now: Progress) => void): Promise<Progress> {
  let now = begun;
  tell(now);
  while (!now.finished_at) {
    const params = { path: { bulk_id: now.id }, header: written() };
    now = await answered(api.POST("/api/v1/review/bulk/{bulk_id}/next", { params }));
    tell(now);
  }
  return now;
}
