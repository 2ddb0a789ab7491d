import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Kind = Schemas["Kind"];
export type Problem = Schemas["Problem"] & { decision?: Schemas["Decided"] | null };

/** A refusal of the server, as RFC 9457 has it; `status` 0: the server was not reached. */
export class Refused extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.problem = problem;
  }
  get status() {
    return this.problem.status;
  }
}

const UNREACHED: Problem = {
  type: "about:blank",
  title: "Not reached",
  status: 0,
  detail: "Assay does not answer. This page tries again once the connection is back.",
};

/** Told where the server no longer knows who asks, be it by a query or a decision. */
export const SIGNED_OUT = "assay:signed-out";

const refuse: Middleware = {
  async onResponse({ request, response }) {
    if (response.ok) return undefined;
    const { status, statusText } = response;
    if (status === 401 && !request.url.endsWith("/api/v1/session")) window.dispatchEvent(new Event(SIGNED_OUT));
    const unread = { type: "about:blank", title: statusText, status, detail: `${status} ${statusText}` };
    throw new Refused((await response.json().catch(() => unread)) as Problem);
  },
  onError() {
    return new Refused(UNREACHED);
  },
};

export const api = createClient<paths>({ baseUrl: "/" });
api.use(refuse);

/** What the server answered; refusals were thrown before. */
export async function answered<T>(asked: Promise<{ data?: T }>): Promise<T> {
  return (await asked).data as T;
}

/** Topics and atoms have the same endpoints; a path is written for atoms and meant for the kind. */
export function of<P extends string>(kind: Kind, path: P): P {
  return (kind === "atom" ? path : path.replace("/atoms", "/topics")) as P;
}

/** The version that was read, so that what changed since is refused; and a key, so that a repeat is carried out once. */
export function written(version?: number) {
  return { ...(version === undefined ? {} : { "if-match": `"${version}"` }), "Idempotency-Key": crypto.randomUUID() };
}
