import { Link } from "@tanstack/react-router";
import { type Filters, isNarrowed } from "./filters";

const EVERYTHING: Filters = {
  dedup_state: undefined,
  type: undefined,
  channel: undefined,
  source: undefined,
  text: undefined,
  confidence_min: undefined,
  confidence_max: undefined,
  needs_attention: undefined,
};

/** An empty queue says what to do next. */
export function NothingWaits({ filters, onFilter }: { filters: Filters; onFilter: (change: Filters) => void }) {
  if (isNarrowed(filters))
    return (
      <section className="empty">
        <h2>Nothing fits this filter</h2>
        <button type="button" className="button" onClick={() => onFilter(EVERYTHING)}>
          Show everything
        </button>
      </section>
    );
  const other = filters.kind === "topic" ? "atom" : "topic";
  return (
    <section className="empty">
      <h2>Nothing waits for you</h2>
      <p>New proposals come in as messages are read. Bring in a chat, look at what is known, or see the other queue.</p>
      <div className="rowed">
        <Link className="button primary" to="/import">
          Import a chat
        </Link>
        <Link className="button" to="/knowledge">
          Read what is known
        </Link>
        <button type="button" className="button" onClick={() => onFilter({ kind: other })}>
          {other === "topic" ? "Review topics" : "Review atoms"}
        </button>
      </div>
    </section>
  );
}
