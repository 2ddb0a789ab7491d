import { Fragment, useState } from "react";
import type { Schemas } from "../api/client";
import { duration, number, when } from "../ui/format";
import { RunLog } from "./RunLog";
import { State } from "./State";

type Run = Schemas["JobRunView"];

function seconds(run: Run): number | null {
  if (!run.started_at || !run.finished_at) return null;
  return (new Date(run.finished_at).getTime() - new Date(run.started_at).getTime()) / 1000;
}

function counted(statistics: Run["statistics"]): string {
  const all = Object.entries(statistics).filter(([, value]) => typeof value === "number" && value !== 0);
  return all.map(([name, value]) => `${number(value as number)} ${name.replaceAll("_", " ")}`).join(", ");
}

/** The last runs: each as a row. */
export function Runs({ all }: { all: Run[] }) {
  const [open, setOpen] = useState<string>();
  if (all.length === 0) return <p className="why">It has not run yet.</p>;
  return (
    <div className="wide">
      <table>
        <thead>
          <tr>
            <th>Started</th>
            <th>State</th>
            <th>Took</th>
            <th>Attempt</th>
            <th>What it did</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {all.map((each) => (
            <Fragment key={each.id}>
              <tr>
                <td>{when(each.started_at ?? each.queued_at)}</td>
                <td>
                  <State run={each} />
                </td>
                <td>{seconds(each) === null ? "" : duration(seconds(each) ?? 0)}</td>
                <td>{each.attempt}</td>
                <td>{each.error ?? (counted(each.statistics) || "nothing to do")}</td>
                <td>
                  <button
                    type="button"
                    className="button small"
                    aria-expanded={open === each.id}
                    aria-label={`Log of the run of ${when(each.started_at ?? each.queued_at)}`}
                    onClick={() => setOpen(open === each.id ? undefined : each.id)}
                  >
                    Log
                  </button>
                </td>
              </tr>
              {open === each.id && (
                <tr>
                  <td colSpan={6}>
                    <RunLog run={each} />
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}
