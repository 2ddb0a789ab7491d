import type { Schemas } from "../api/client";
import { plural, when } from "./format";

/** What happened to it, and who did it. */
export function Trail({ trail }: { trail: Schemas["TrailEntry"][] }) {
  if (trail.length === 0) return null;
  return (
    <details className="block">
      <summary>What happened to it: {plural(trail.length, "entry", "entries")}</summary>
      <ol className="trail">
        {trail.map((each, at) => (
          <li key={at}>
            <time dateTime={each.at}>{when(each.at)}</time> {each.action.replace(/^\w+\./, "").replaceAll("_", " ")} by{" "}
            {each.actor}
            {each.notes && <q>{each.notes}</q>}
          </li>
        ))}
      </ol>
    </details>
  );
}
