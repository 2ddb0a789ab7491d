import "./jobs.css";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Schemas } from "../api/client";
import { ago, number } from "../ui/format";
import { Loaded } from "../ui/States";
import { DeadLetters } from "./DeadLetters";
import { Job } from "./Job";
import { health, jobs } from "./queries";

/** What runs in the background, how it went, and what is wrong. */
export function Jobs() {
  const state = useQuery(health);
  useEffect(() => {
    document.title = "Jobs · Assay";
  }, []);
  return (
    <main id="content" className="pages">
      <div className="lead">
        <h1>Jobs</h1>
        <p>
          What Assay does by itself: reading messages, comparing, approving, forgetting. Each runs on a schedule and
          when something asks for it.
        </p>
      </div>
      <Loaded query={state}>{(found) => <State health={found} />}</Loaded>
      <Loaded query={useQuery(jobs)}>
        {({ items }) => (
          <ul className="jobs">
            {items.map((each) => (
              <Job key={each.name} job={each} health={state.data?.jobs[each.name]} />
            ))}
          </ul>
        )}
      </Loaded>
      <DeadLetters />
    </main>
  );
}

function State({ health: found }: { health: Schemas["Health"] }) {
  const well = found.problems.length === 0;
  return (
    <section className="panel" aria-labelledby="state">
      <h2 id="state" className="rowed">
        Queue and processes
        <span className="tag" data-tone={well ? "good" : "bad"}>
          {well ? "all well" : "needs a look"}
        </span>
      </h2>
      {found.problems.map((each) => (
        <p key={each} className="wrong">
          {each}
        </p>
      ))}
      <dl className="figures">
        <Figure name="waiting in the queue" value={found.queue?.waiting} />
        <Figure name="being worked on" value={found.queue?.in_progress} />
        <Figure name="dead letters" value={found.dead_letters} />
      </dl>
      <Processes name="Workers" all={found.workers} />
      <Processes name="Schedulers" all={found.schedulers} />
    </section>
  );
}

function Figure({ name, value }: { name: string; value: number | null | undefined }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{typeof value === "number" ? number(value) : "unknown"}</dd>
    </div>
  );
}

function Processes({ name, all }: { name: string; all: Schemas["Process"][] }) {
  return (
    <p className="why">
      {name}:{" "}
      {all.length === 0
        ? "none is running"
        : all.map((each) => `${each.name} (${each.version}, started ${ago(each.started_at)})`).join(", ")}
    </p>
  );
}
