import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../api/client";
import { clock, number, plural } from "../ui/format";
import { Icon } from "../ui/icons";
import { spoken } from "../ui/keys";
import { BULK } from "./bulkWords";
import { DEFAULT_SORT, type Filters, isGrouped, isNarrowed, NOBODY, SORTS, STATES, UNFILTERED } from "./filters";
import { KEYS, keyOf } from "./keys";
import { Progress } from "./Progress";
import type { QueueProps } from "./Queue";
import { counts } from "./queries";
import { SearchBox } from "./SearchBox";
import { Stopped } from "./Stopped";
import type { BulkVerb } from "./useBulk";
import { ViewNames, ViewPick } from "./Views";

type Counts = Schemas["QueueCounts"];
const VERBS = Object.keys(BULK) as BulkVerb[];

/** What waits, how far one is, and which of it is shown. */
export function QueueHead({ filters, fresh, line, asOf, marked, bulk, listShown, ...on }: QueueProps) {
  const found = useQuery(counts(filters)).data;
  const away = line === "away" && `offline${asOf ? `, as of ${clock(asOf)}` : ""}`;
  return (
    <div className="head">
      <p className="count">
        <strong>{found ? number(found.total) : "…"}</strong> {isNarrowed(filters) ? "fit" : "waiting"}
        <Progress {...{ marked, waiting: found?.total }} />
        <span className="line" data-line={line}>
          {away || "live"}
        </span>
        <button type="button" className="button small lister" aria-expanded={listShown} onClick={on.onShowList}>
          <Icon name="list" size={14} /> List
        </button>
      </p>
      <div className="finders">
        <div className="views">
          <ViewPick filters={filters} onFilter={on.onFilter} />
          {on.onNextForMe && (
            <button
              type="button"
              className="button small"
              aria-keyshortcuts={spoken(keyOf("free"))}
              title={KEYS.free[1]}
              onClick={on.onNextForMe}
            >
              Next for me <kbd>{keyOf("free")}</kbd>
            </button>
          )}
        </div>
        <SearchBox text={filters.text} onSearch={(text) => on.onFilter({ text })} />
        <Kinds {...{ filters, found }} onFilter={on.onFilter} />
        <Filter {...{ filters, found }} onFilter={on.onFilter} />
      </div>
      {fresh > 0 && (
        <button type="button" className="fresh" aria-keyshortcuts={spoken(keyOf("reload"))} onClick={on.onReload}>
          {fresh} new <kbd>{keyOf("reload")}</kbd>
        </button>
      )}
      {(bulk.everything || bulk.chosen.size > 0) && <Selected bulk={bulk} total={found?.total} />}
      <Stopped onDone={on.onReload} />
      <p className="hidden" role="status">
        {line === "away" ? "Offline: other people's decisions do not arrive." : ""}
        {fresh > 0 ? `${plural(fresh, "new proposal")}.` : ""}
      </p>
    </div>
  );
}

function Selected({ bulk, total }: { bulk: QueueProps["bulk"]; total: number | undefined }) {
  const count = bulk.everything ? total : bulk.chosen.size;
  return (
    <div className="rowed bulk" role="group" aria-label="Selected">
      <span>{bulk.everything ? `All ${number(count ?? 0)} that fit` : `${number(count ?? 0)} selected`}</span>
      {VERBS.map((each) => (
        <button key={each} type="button" className="button small" onClick={() => bulk.ask(each)}>
          {BULK[each].name}…
        </button>
      ))}
      <button type="button" className="button small quiet" onClick={bulk.clear}>
        Clear
      </button>
    </div>
  );
}

interface FilterProps {
  filters: Filters;
  found: Counts | undefined;
  onFilter: (change: Filters) => void;
}

function facet(found: Counts | undefined, name: string): Counts["facets"][number]["values"] {
  return found?.facets.find((each) => each.name === name)?.values ?? [];
}

function Kinds({ filters, found, onFilter }: FilterProps) {
  const of = facet(found, "kind");
  const count = (kind: string) => of.find((each) => each.value === kind)?.count ?? 0;
  const all = [
    [undefined, "All", count("atom") + count("topic")],
    ["atom", "Atoms", count("atom")],
    ["topic", "Topics", count("topic")],
  ] as const;
  return (
    <div className="kinds" role="group" aria-label="Kind">
      {all.map(([kind, name, many]) => (
        <button
          key={name}
          type="button"
          aria-pressed={filters.kind === kind}
          onClick={() => onFilter({ kind, ...(kind === "topic" ? { type: undefined } : {}) })}
        >
          {name} <span>{found ? number(many) : ""}</span>
        </button>
      ))}
    </div>
  );
}

function Filter({ filters, found, onFilter }: FilterProps) {
  const options = (name: string, none: string, words: Record<string, string> = {}) => ({
    "": none,
    ...Object.fromEntries(
      facet(found, name)
        .filter((each) => each.value !== null)
        .map(({ value, label, count }) => [value, `${words[value ?? ""] ?? label ?? value} (${number(count)})`]),
    ),
  });
  const pick = (name: keyof Filters) => (value: string) => onFilter({ [name]: value || undefined });
  return (
    <details className="filter">
      <summary>Order and filter</summary>
      <div className="picks">
        <Pick name="Order" value={filters.sort ?? DEFAULT_SORT} of={SORTS} onPick={pick("sort")} />
        <Pick
          name="Likeness"
          value={filters.dedup_state ?? ""}
          of={options("dedup_state", "Any likeness", STATES)}
          onPick={pick("dedup_state")}
        />
        {filters.kind !== "topic" && (
          <Pick name="Type" value={filters.type ?? ""} of={options("type", "Any type")} onPick={pick("type")} />
        )}
        <Pick
          name="Channel"
          value={filters.channel ?? ""}
          of={options("channel", "Any channel")}
          onPick={pick("channel")}
        />
        <Pick name="Source" value={filters.source ?? ""} of={options("source", "Any source")} onPick={pick("source")} />
        <Pick
          name="Who decides"
          value={String(filters.assignee ?? "")}
          of={options("assignee", "Anybody's")}
          onPick={(value) => onFilter({ assignee: value === NOBODY ? NOBODY : Number(value) || undefined })}
        />
        <Pick
          name="Put off"
          value={filters.snoozed ? "yes" : ""}
          of={{ "": "Not put off", yes: "Put off" }}
          onPick={(value) => onFilter({ snoozed: value === "yes" || undefined })}
        />
        <Pick
          name="Repeats"
          value={isGrouped(filters) ? "one" : "each"}
          of={{ one: "Repeats as one", each: "Each by itself" }}
          onPick={(value) => onFilter({ grouped: value === "one" })}
        />
      </div>
      <div className="rowed">
        {isNarrowed(filters) && (
          <button type="button" className="button small" onClick={() => onFilter(UNFILTERED)}>
            Show everything
          </button>
        )}
        <ViewNames filters={filters} />
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
      {!(value in of) && <option value={value}>{value}</option>}
      {Object.entries(of).map(([key, words]) => (
        <option key={key} value={key}>
          {words}
        </option>
      ))}
    </select>
  );
}
