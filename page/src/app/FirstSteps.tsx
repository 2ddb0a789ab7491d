import { queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { answered, api, type Schemas } from "../api/client";
import { session } from "../api/session";
import { number } from "../ui/format";
import { Icon } from "../ui/icons";
import { prefer, preferences, usePreferences } from "../ui/preferences";

const FIRST = 10;
const LOOK_MS = 5000;

interface Facts {
  isEmpty: boolean;
  decided: number;
  pending: number;
  isLineSet: boolean;
}

const IN_USE: Facts = { isEmpty: false, decided: FIRST, pending: 0, isLineSet: true };

/** How far a new Assay has come. The key is known to whoever changes one of the facts. */
const facts = queryOptions({
  queryKey: ["first-steps"],
  queryFn: async ({ signal }): Promise<Facts> => {
    const sources = await answered(api.GET("/api/v1/sources", { signal, params: { query: { limit: 1 } } }));
    if (sources.items.length > 0 && preferences().firstSteps !== "begun") return IN_USE;
    const [metrics, policy] = await Promise.all([
      answered(api.GET("/api/v1/metrics/proposals", { signal })),
      answered(api.GET("/api/v1/policy", { signal })),
    ]);
    const kinds = [metrics.atom_proposals, metrics.topic_proposals];
    const sum = (count: (each: Schemas["KindMetrics"]) => number) => kinds.map(count).reduce((a, b) => a + b, 0);
    return {
      isEmpty: sources.items.length === 0,
      decided: sum((each) => each.approved + each.rejected + each.merged - each.auto_approved),
      pending: sum((each) => each.pending),
      isLineSet: policy.version > 0,
    };
  },
});

interface Step {
  name: string;
  right: Schemas["Scope"];
  why: string;
  to: "/import" | "/review" | "/auto-approval";
  act: string;
  isDone: (facts: Facts) => boolean;
}

const STEPS: Step[] = [
  {
    name: "Bring a chat",
    right: "propose",
    why: "An export from Slack, Teams, WhatsApp, mail or others: you see how it was understood before anything is imported.",
    to: "/import",
    act: "Import a file",
    isDone: ({ isEmpty }) => !isEmpty,
  },
  {
    name: `Look at the first ${FIRST} proposals`,
    right: "review",
    why: "Read the quote, then approve what is right and reject what is not. Each can be undone.",
    to: "/review",
    act: "Review",
    isDone: ({ decided, pending }) => decided >= FIRST || (decided > 0 && pending === 0),
  },
  {
    name: "Set the line",
    right: "admin",
    why: "Set how sure the machine must be to approve on its own. You see first what would change.",
    to: "/auto-approval",
    act: "Set the line",
    isDone: ({ isLineSet }) => isLineSet,
  },
];

/** Leads through an Assay that was empty when it was first opened. */
export function FirstSteps() {
  const { firstSteps, skipped } = usePreferences();
  const scopes = useQuery(session).data?.scopes ?? [];
  const query = useQuery({
    ...facts,
    enabled: firstSteps !== "over",
    refetchInterval: firstSteps === "begun" ? LOOK_MS : false,
  });
  const found = query.data;
  const steps = STEPS.filter(({ right }) => scopes.includes(right));
  const current = found && steps.find((each) => !each.isDone(found) && !skipped.includes(each.name));
  const next = found && (current && (firstSteps === "begun" || found.isEmpty) ? "begun" : "over");
  useEffect(() => {
    if (next && firstSteps !== "over" && next !== firstSteps) prefer({ firstSteps: next });
  }, [next, firstSteps]);
  if (firstSteps !== "begun" || !found || !current) return null;
  return (
    <section className="first-steps" aria-label="First steps">
      <ol>
        {steps.map((each, at) => (
          <li key={each.name} aria-current={each === current ? "step" : undefined}>
            <span className="at" data-done={each.isDone(found) || undefined}>
              {each.isDone(found) ? <Icon name="check" size={13} /> : number(at + 1)}
            </span>
            {each.name}
            <span className="hidden">{each.isDone(found) ? ", done" : skipped.includes(each.name) && ", skipped"}</span>
          </li>
        ))}
      </ol>
      <p className="why">
        {current.why}
        {current.to === "/review" && found.decided > 0 && ` ${number(found.decided)} of ${number(FIRST)} so far.`}
      </p>
      <p className="rowed">
        <Link className="button primary small" to={current.to}>
          {current.act}
        </Link>
        <button
          type="button"
          className="button quiet small"
          onClick={() => prefer({ skipped: [...skipped, current.name] })}
        >
          Skip this
        </button>
      </p>
    </section>
  );
}
