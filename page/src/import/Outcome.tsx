import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { number, plural, when } from "../ui/format";
import { extraction, type Import } from "./queries";

/** What came of an import: it grows until all of it was read. */
export function Outcome({ found }: { found: Import }) {
  const { progress, outcome, source } = found;
  const counts = [
    plural(progress.added, "new message"),
    progress.edited > 0 && `${number(progress.edited)} edited`,
    progress.unchanged > 0 && `${number(progress.unchanged)} known before`,
    progress.erased > 0 && `${number(progress.erased)} erased or deleted before`,
    progress.left_out > 0 && `${number(progress.left_out)} left out`,
  ];
  return (
    <>
      <p>{counts.filter(Boolean).join(", ")}.</p>
      {outcome && (
        <>
          <p role="status">{readSoFar(outcome)}</p>
          <p className="rowed">
            {outcome.atom_proposals + outcome.topic_proposals > 0 && (
              <Link className="button primary" to="/review" search={{ source }}>
                Review {plural(outcome.atom_proposals + outcome.topic_proposals, "proposal")}
              </Link>
            )}
            {outcome.topics > 0 && (
              <Link className="button" to="/knowledge" search={{ kind: "topic" }}>
                {plural(outcome.topics, "topic")}
              </Link>
            )}
            {outcome.atoms > 0 && (
              <Link className="button" to="/knowledge" search={{}}>
                {plural(outcome.atoms, "atom")} known
              </Link>
            )}
          </p>
          {outcome.runs.length > 0 && <Runs ids={outcome.runs} />}
        </>
      )}
    </>
  );
}

function readSoFar({ unread, atom_proposals, topic_proposals }: NonNullable<Import["outcome"]>): string {
  if (unread > 0) return `They are being read: ${plural(unread, "message")} to go. Proposals come in meanwhile.`;
  return atom_proposals + topic_proposals > 0
    ? "All of it was read."
    : "All of it was read, and nothing in it looks like knowledge that lasts.";
}

function Runs({ ids }: { ids: string[] }) {
  const [isOpen, setIsOpen] = useState(false);
  const runs = useQueries({ queries: ids.map((id) => ({ ...extraction(id), enabled: isOpen })) });
  return (
    <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>Read in {plural(ids.length, "run")}</summary>
      <div className="wide">
        <table>
          <thead>
            <tr>
              <th>Began</th>
              <th>State</th>
              <th>Messages</th>
              <th>Proposals</th>
              <th>Read by</th>
            </tr>
          </thead>
          <tbody>
            {runs.map(
              ({ data: run }) =>
                run && (
                  <tr key={run.id}>
                    <th scope="row">{when(run.started_at ?? run.created_at)}</th>
                    <td>{run.error ?? run.status}</td>
                    <td>{number(run.messages_analyzed)}</td>
                    <td>{number(run.atom_proposals_created + run.topic_proposals_created)}</td>
                    <td>{run.model_name}</td>
                  </tr>
                ),
            )}
          </tbody>
        </table>
      </div>
    </details>
  );
}
