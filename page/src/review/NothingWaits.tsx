import { Link } from "@tanstack/react-router";
import { type Filters, isNarrowed, UNFILTERED } from "./filters";

/** An empty queue says what to do next. */
export function NothingWaits({ filters, onFilter }: { filters: Filters; onFilter: (change: Filters) => void }) {
  if (isNarrowed(filters) || filters.kind)
    return (
      <section className="empty">
        <h2>Nothing fits</h2>
        <p>Other proposals may wait.</p>
        <button type="button" className="button" onClick={() => onFilter(UNFILTERED)}>
          Show everything
        </button>
      </section>
    );
  return (
    <section className="empty">
      <h2>Nothing waits for you</h2>
      <p>New proposals come in as messages are read. Three things to do:</p>
      <ol className="first">
        <li>
          <Link to="/import">Bring in a chat</Link>, so that there is something to learn from.
        </li>
        <li>Look at the first ten proposals here. Approve what is right, reject what is not.</li>
        <li>
          <Link to="/auto-approval">Set the line</Link> from which the machine decides alone.
        </li>
      </ol>
      <Link className="button" to="/knowledge">
        Read what is known
      </Link>
    </section>
  );
}
