import { useQuery } from "@tanstack/react-query";
import { number, plural } from "../ui/format";
import { Icon } from "../ui/icons";
import { type Filters, isNarrowed, SORTS, STATES, TYPES } from "./filters";
import { Progress } from "./Progress";
import type { QueueProps } from "./Queue";
import { metrics } from "./queries";
import { SearchBox } from "./SearchBox";

/** What waits, how far one is, and which of it is shown. */
export function QueueHead({ filters, fresh, line, marked, bulk, listShown, ...on }: QueueProps) {
  const kind = filters.kind ?? "atom";
  const figures = useQuery(metrics).data;
  const waiting = figures?.[kind === "topic" ? "topic_proposals" : "atom_proposals"].pending;
  return (
    <div className="head">
      <div className="kinds" role="group" aria-label="Kind">
        <KindButton
          name="Atoms"
          count={figures?.atom_proposals.pending}
          here={kind === "atom"}
          onPick={() => on.onFilter({ kind: undefined })}
        />
        <KindButton
          name="Topics"
          count={figures?.topic_proposals.pending}
          here={kind === "topic"}
          onPick={() => on.onFilter({ kind: "topic", type: undefined })}
        />
      </div>
      <p className="count">
        <span>waiting</span>
        <Progress {...{ marked, waiting }} />
        <span className="line" data-line={line}>
          {line === "live" ? "live" : "offline"}
        </span>
        <button type="button" className="button small lister" aria-expanded={listShown} onClick={on.onShowList}>
          <Icon name="list" size={14} /> List
        </button>
      </p>
      <div className="finders">
        <SearchBox text={filters.text} onSearch={(text) => on.onFilter({ text })} />
        <Filter filters={filters} onFilter={on.onFilter} />
      </div>
      {fresh > 0 && (
        <button type="button" className="fresh" onClick={on.onReload}>
          {fresh} new <kbd>.</kbd>
        </button>
      )}
      {(bulk.everything || bulk.chosen.size > 0) && (
        <div className="rowed bulk" role="group" aria-label="Selected">
          <span>{bulk.everything ? "All that fit" : `${number(bulk.chosen.size)} selected`}</span>
          <button type="button" className="button small" onClick={() => bulk.ask("approve")}>
            Approve…
          </button>
          <button type="button" className="button small" onClick={() => bulk.ask("reject")}>
            Reject…
          </button>
          <button type="button" className="button small quiet" onClick={bulk.clear}>
            Clear
          </button>
        </div>
      )}
      <p className="hidden" role="status">
        {line === "away" ? "Offline: decisions of others do not arrive." : ""}
        {fresh > 0 ? `${plural(fresh, "new proposal")}.` : ""}
      </p>
    </div>
  );
}

interface KindProps {
  name: string;
  count: number | undefined;
  here: boolean;
  onPick: () => void;
}

/** What waits of each kind; the one that is shown is pressed. */
function KindButton({ name, count, here, onPick }: KindProps) {
  return (
    <button type="button" aria-pressed={here} onClick={onPick}>
      {name} <strong>{count === undefined ? "…" : number(count)}</strong>
    </button>
  );
}

function Filter({ filters, onFilter }: Pick<QueueProps, "filters" | "onFilter">) {
  const pick = <K extends keyof Filters>(name: K, value: string) => onFilter({ [name]: value || undefined } as Filters);
  return (
    <details className="filter" open={isNarrowed(filters) || undefined}>
      <summary>{isNarrowed(filters) ? "Filtered" : "Order and filter"}</summary>
      <div className="picks">
        <Pick name="Order" value={filters.sort ?? "created_at"} of={SORTS} onPick={(v) => pick("sort", v)} />
        <Pick
          name="Likeness"
          value={filters.dedup_state ?? ""}
          of={{ "": "Any likeness", ...STATES }}
          onPick={(v) => pick("dedup_state", v)}
        />
        {filters.kind !== "topic" && (
          <Pick
            name="Type"
            value={filters.type ?? ""}
            of={{ "": "Any type", ...Object.fromEntries(TYPES.map((each) => [each, each])) }}
            onPick={(v) => pick("type", v)}
          />
        )}
        {filters.channel && (
          <button type="button" className="button small" onClick={() => onFilter({ channel: undefined })}>
            #{filters.channel} <Icon name="cross" size={12} />
            <span className="hidden">Remove</span>
          </button>
        )}
      </div>
    </details>
  );
}

interface PickProps {
  name: string;
  value: string;
  of: Record<string, string>;
  onPick: (value: string) => void;
}

function Pick({ name, value, of, onPick }: PickProps) {
  return (
    <select aria-label={name} value={value} onChange={(event) => onPick(event.target.value)}>
      {Object.entries(of).map(([key, words]) => (
        <option key={key} value={key}>
          {words}
        </option>
      ))}
    </select>
  );
}
