import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Schemas } from "../api/client";
import { plural, second } from "../ui/format";
import { Loaded } from "../ui/States";
import { runLog } from "./queries";
import { TONES } from "./State";

type Line = Schemas["RunLogLineView"];

/** What a run went through: when it was asked for, began and ended, and each failure beside its item. */
export function RunLog({ run }: { run: Schemas["JobRunView"] }) {
  return (
    <Loaded query={useQuery(runLog(run))}>
      {({ items }) => (
        <ol className="log" aria-label="Log">
          <Moment at={run.queued_at}>
            {run.tick ? "Due by the schedule" : "Asked for"}
            {run.attempt > 1 && `, attempt ${run.attempt}`}
          </Moment>
          {run.started_at && <Moment at={run.started_at}>Begun by {run.worker}</Moment>}
          {items.map((each) => (
            <Failure key={each.id} line={each} />
          ))}
          {run.finished_at && (
            <Moment at={run.finished_at}>
              Ended: {run.state}
              {items.length > 0 && `, with ${plural(items.length, "failure")}`}
            </Moment>
          )}
        </ol>
      )}
    </Loaded>
  );
}

function Moment({ at, children }: { at: string; children: ReactNode }) {
  return (
    <li>
      <time dateTime={at}>{second(at)}</time>
      <span>{children}</span>
    </li>
  );
}

function Failure({ line }: { line: Line }) {
  return (
    <Moment at={line.at}>
      <span className="tag" data-tone={TONES.failed}>
        {line.severity}
      </span>{" "}
      {line.message}
      {line.proposal_id && (
        <>
          {" "}
          <Link to="/review" search={{ open: line.proposal_id }}>
            {line.title ?? `Proposal ${line.proposal_id.slice(0, 8)}`}
          </Link>
        </>
      )}
      {line.extraction_run_id && <span className="why"> Reading {line.extraction_run_id.slice(0, 8)}</span>}
    </Moment>
  );
}
