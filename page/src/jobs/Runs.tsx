import type { Schemas } from "../api/client";
import { duration, number, when } from "../ui/format";
import { State } from "./Job";

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
          </tr>
        </thead>
        <tbody>
          {all.map((each) => (
            <tr key={each.id}>
              <td>{when(each.started_at ?? each.queued_at)}</td>
              <td>
                <State run={each} />
              </td>
              <td>{seconds(each) === null ? "" : duration(seconds(each) ?? 0)}</td>
              <td>{each.attempt}</td>
              <td>{each.error ?? (counted(each.statistics) || "nothing to do")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
