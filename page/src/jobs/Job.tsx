import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../api/client";
import { useRight } from "../api/session";
import { ago, capitalised, duration, percent } from "../ui/format";
import { Complaint, Loaded } from "../ui/States";
import { order, runs } from "./queries";
import { RunLog } from "./RunLog";
import { Runs } from "./Runs";
import { State } from "./State";
import { Strip } from "./Strip";

interface Props {
  job: Schemas["JobView"];
  health: Schemas["JobHealth"] | undefined;
}

/** One job: when it runs, how it went, and what a person can tell it. */
export function Job({ job, health }: Props) {
  const client = useQueryClient();
  const mayOrder = useRight("admin");
  const [open, setOpen] = useState(false);
  const past = useQuery({ ...runs(job.name), enabled: open });
  const tell = useMutation({
    mutationFn: (what: "run" | "pause" | "resume") => order(job.name, what),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["jobs"] }),
  });
  const last = job.last_run;
  return (
    <li className="panel">
      <h2 className="rowed">
        {capitalised(job.name.replaceAll("_", " "))}
        {job.paused && (
          <span className="tag" data-tone="warn">
            paused
          </span>
        )}
        {last && <State run={last} />}
      </h2>
      <p className="why">{job.purpose}</p>
      <p className="why">
        Runs {job.schedule}.{job.next_tick && ` Next ${ago(job.next_tick)}.`}
        {last?.finished_at && ` Last ended ${ago(last.finished_at)}.`}
        {job.seconds_p50 !== null && ` Half of its runs take ${duration(job.seconds_p50)} or less`}
        {job.seconds_p95 !== null && `, 95 % at most ${duration(job.seconds_p95)}`}
        {health?.success_rate != null && `; ${percent(health.success_rate)} end well`}
      </p>
      <Strip runs={job.recent} />
      {last?.error && (
        <details className="wrong">
          <summary>{last.error}</summary>
          <RunLog run={last} />
        </details>
      )}
      <div className="rowed">
        <button type="button" className="button small" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Hide its runs" : "Show its runs"}
        </button>
        {mayOrder && (
          <>
            <button type="button" className="button small" disabled={tell.isPending} onClick={() => tell.mutate("run")}>
              Run now
            </button>
            <button
              type="button"
              className="button small"
              disabled={tell.isPending}
              onClick={() => tell.mutate(job.paused ? "resume" : "pause")}
            >
              {job.paused ? "Resume" : "Pause"}
            </button>
          </>
        )}
        {tell.isSuccess && (
          <span className="why" role="status">
            Told.
          </span>
        )}
      </div>
      <Complaint error={tell.error} />
      {open && <Loaded query={past}>{({ items }) => <Runs all={items} />}</Loaded>}
    </li>
  );
}
