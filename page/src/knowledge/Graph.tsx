import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Schemas } from "../api/client";
import { plural } from "../ui/format";
import { Failed } from "../ui/States";
import { drawn, type Placed } from "./layout";
import { AGAINST, says } from "./links";
import { graph } from "./queries";
import type { Place } from "./search";

type View = Schemas["GraphView"];

/** Where a column begins and how wide it is, in percent. */
const COLUMNS = [0, 36, 72];
const WIDTH = 28;

/** What it hangs together with, two steps far: lines for the eye, buttons for everybody, and a table of all links. */
export function Graph({ id, onGo }: { id: string; onGo: (change: Place) => void }) {
  const query = useQuery(graph(id));
  if (query.error) return <Failed error={query.error} retry={() => void query.refetch()} />;
  if (!query.data || query.data.nodes.length < 2) return null;
  return (
    <section className="block graph">
      <h3>How it is connected</h3>
      <Drawn view={query.data} onGo={onGo} />
      <Table view={query.data} />
    </section>
  );
}

function Drawn({ view, onGo }: { view: View; onGo: (change: Place) => void }) {
  const { placed, rows, hidden } = useMemo(() => drawn(view), [view]);
  const at = new Map(placed.map((each) => [each.node.id, each]));
  return (
    <div className="drawing">
      <div className="net" style={{ blockSize: `${rows * 3.25}rem` }}>
        <svg viewBox={`0 0 100 ${rows}`} preserveAspectRatio="none" aria-hidden="true">
          {view.edges.map(({ from_id, to_id, type }) => {
            const [one, other] = [at.get(from_id), at.get(to_id)];
            return one && other && <path key={from_id + to_id + type} d={line(one, other)} data-type={type} />;
          })}
        </svg>
        {placed.map(({ node, column, row }) => (
          <button
            key={node.id}
            type="button"
            className="node"
            data-kind={node.kind}
            aria-current={column === 0 || undefined}
            title={node.title}
            style={{
              insetInlineStart: `${COLUMNS[column]}%`,
              insetBlockStart: `${(row / rows) * 100}%`,
              inlineSize: `${WIDTH}%`,
            }}
            onClick={() => onGo({ kind: node.kind === "topic" ? "topic" : undefined, open: node.id })}
          >
            <span>{node.title}</span>
          </button>
        ))}
      </div>
      {hidden > 0 && <p className="why">{plural(hidden, "more is", "more are")} not drawn.</p>}
    </div>
  );
}

/** From the edge of one box to that of the other. Within a column the line leaves to the right and comes back. */
function line(one: Placed, other: Placed): string {
  const [left, right] = one.column <= other.column ? [one, other] : [other, one];
  const from = (COLUMNS[left.column] ?? 0) + WIDTH;
  const [y, z] = [left.row + 0.5, right.row + 0.5];
  if (left.column === right.column) return `M ${from} ${y} C ${from + 5} ${y}, ${from + 5} ${z}, ${from} ${z}`;
  const to = COLUMNS[right.column] ?? 0;
  return `M ${from} ${y} C ${from + 4} ${y}, ${to - 4} ${z}, ${to} ${z}`;
}

function Table({ view }: { view: View }) {
  const titles = new Map(view.nodes.map((each) => [each.id, each.title]));
  return (
    <table>
      <caption className="hidden">Links within two steps</caption>
      <thead>
        <tr>
          <th>This</th>
          <th>Link</th>
          <th>That</th>
        </tr>
      </thead>
      <tbody>
        {view.edges.map(({ from_id, to_id, type }) => (
          <tr key={from_id + to_id + type} data-type={type === AGAINST ? type : undefined}>
            <th scope="row">{titles.get(from_id)}</th>
            <td>{says(type, true)}</td>
            <td>{titles.get(to_id)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
