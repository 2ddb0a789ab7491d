import type { Schemas } from "../api/client";

/** The last runs for the eye, the oldest first: how long, and how they ended. The runs themselves are a table. */
export function Strip({ runs }: { runs: Schemas["JobView"]["recent"] }) {
  const longest = Math.max(0.001, ...runs.map((each) => each.seconds ?? 0));
  const height = (seconds: number | null) => `${12 + ((seconds ?? 0) / longest) * 88}%`;
  if (runs.length === 0) return null;
  return (
    <div className="strip" aria-hidden="true">
      {[...runs].reverse().map((each) => (
        <span key={each.id} data-state={each.state} style={{ blockSize: height(each.seconds) }} />
      ))}
    </div>
  );
}
