import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Schemas } from "../api/client";
import { useRight } from "../api/session";
import { Bars } from "../ui/Bars";
import { number, percent } from "../ui/format";
import { Complaint } from "../ui/States";
import { Histogram } from "./Histogram";
import { Nearest } from "./Nearest";
import { type Policy, save, trial } from "./queries";

const SETTLED_MS = 250;

/** The value, once it has rested for a moment. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** The line, and what would come of moving it. */
export function Line({ current }: { current: Policy }) {
  const client = useQueryClient();
  const mayChange = useRight("admin");
  const inForce = Number(current.in_force.threshold);
  const enabled = current.in_force.enabled !== false;
  const [line, setLine] = useState(inForce);
  const [note, setNote] = useState("");
  const settled = useSettled(line);
  const tried = useQuery(trial(settled));
  const change = useMutation({
    mutationFn: (rules: Policy["document"]) => save({ ...current.document, ...rules }, current.version, note),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["policy"] }),
  });
  const moved = line !== inForce;
  return (
    <>
      <section className="panel" aria-labelledby="line">
        <h2 id="line" className="rowed">
          The line
          <span className="tag" data-tone={enabled ? "good" : "warn"}>
            {enabled ? "on" : "off: everything waits for people"}
          </span>
          {mayChange && (
            <button
              type="button"
              className="button small push"
              disabled={change.isPending}
              onClick={() => change.mutate({ auto_approval_enabled: !enabled })}
            >
              Switch {enabled ? "off" : "on"}
            </button>
          )}
        </h2>
        <label className="field">
          <span>
            Approve alone from <strong>{percent(line)}</strong> on{moved && `, instead of ${percent(inForce)}`}
          </span>
          <input
            type="range"
            min={0}
            max={1}
            step={0.01}
            value={line}
            onChange={(event) => setLine(Number(event.target.value))}
          />
        </label>
        <Histogram line={line} />
        {tried.data && <Outcome tried={tried.data} />}
        <Complaint error={tried.error ?? change.error} />
        {mayChange && moved && (
          <form
            className="rowed"
            onSubmit={(event) => {
              event.preventDefault();
              change.mutate({ auto_approval_threshold: line });
            }}
          >
            <input
              aria-label="Why"
              placeholder="Why, for the history"
              value={note}
              maxLength={500}
              onChange={(event) => setNote(event.target.value)}
            />
            <button type="submit" className="button primary" disabled={change.isPending}>
              Move the line to {percent(line)}
            </button>
            <button
              type="button"
              className="button"
              disabled={change.isPending}
              onClick={() => change.mutate({ shadow: { auto_approval_threshold: line } })}
            >
              Try it on paper
            </button>
            <button type="button" className="button" onClick={() => setLine(inForce)}>
              Leave it
            </button>
          </form>
        )}
      </section>
      <Nearest line={settled} />
    </>
  );
}

function Outcome({ tried }: { tried: Schemas["TrialView"] }) {
  const { queue, history } = tried.candidate;
  const held = Object.entries(queue.held).sort(([, a], [, b]) => b - a);
  return (
    <>
      <dl className="figures">
        <div>
          <dt>would be approved now</dt>
          <dd>
            {number(queue.would_approve)} <span>of {number(queue.pending)} waiting</span>
          </dd>
        </div>
        <div>
          <dt>of what people decided it would have approved</dt>
          <dd>
            {number(history.would_approve)} <span>of {number(history.decided_by_people)}</span>
          </dd>
        </div>
        <div>
          <dt>and people had rejected of these</dt>
          <dd>
            {number(history.rejected)}
            {history.precision && (
              <span>
                {" "}
                right {percent(history.precision.share)}, between {percent(history.precision.low)} and{" "}
                {percent(history.precision.high)}
              </span>
            )}
          </dd>
        </div>
      </dl>
      {held.length > 0 && (
        <>
          <h3>Why the others would wait</h3>
          <Bars title="Reason" of="Proposals" all={held.map(([name, value]) => ({ name, value }))} />
        </>
      )}
    </>
  );
}
