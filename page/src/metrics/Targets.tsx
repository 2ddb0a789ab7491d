import { queryOptions, useQuery } from "@tanstack/react-query";
import { answered, api, type Schemas } from "../api/client";
import { capitalised, duration, number, percent, when } from "../ui/format";
import { Loaded } from "../ui/States";
import { Days } from "./Days";

export type Target = Schemas["TargetView"];

const targets = queryOptions({
  queryKey: ["targets"],
  refetchInterval: 60_000,
  queryFn: ({ signal }) => answered(api.GET("/api/v1/metrics/targets", { signal })),
});

/** A value in the unit of its target. */
export function shown(unit: Target["unit"], value: number | null): string {
  if (value === null) return "nothing yet";
  if (unit === "share") return percent(value, true);
  return value === 0 ? "none" : duration(value);
}

/** What Assay should reach, where it stands, and how it went. */
export function Targets() {
  return (
    <Loaded query={useQuery(targets)}>
      {({ items, measured_at: at }) => (
        <>
          <ul className="targets-list">
            {items.map((each) => (
              <One key={each.name} target={each} />
            ))}
          </ul>
          <p className="why">Measured {when(at)}. A day is written to the history as it ends.</p>
        </>
      )}
    </Loaded>
  );
}

function One({ target }: { target: Target }) {
  const { name, wanted, unit, value, of, met } = target;
  const tone = met === null ? undefined : met ? "good" : "bad";
  return (
    <li className="panel">
      <h2 className="rowed">
        {capitalised(name)}
        <span className="tag push" data-tone={tone}>
          {met === null ? "too early" : met ? "reached" : "missed"}
        </span>
      </h2>
      <p className="measured">
        <strong>{shown(unit, value)}</strong>
        <span className="why">
          wanted: {wanted}
          {of ? `; of ${number(of)}` : ""}
        </span>
      </p>
      <Days target={target} />
    </li>
  );
}
