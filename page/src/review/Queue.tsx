import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useRef } from "react";
import type { Line } from "../api/live";
import { number, percent, plural } from "../ui/format";
import { Icon } from "../ui/icons";
import type { Filters } from "./filters";
import type { Item } from "./item";
import { isDecided, type Mark, type Marks } from "./marks";
import { QueueHead } from "./QueueHead";
import type { Bulk } from "./useBulk";
import type { Readers } from "./useReaders";

export interface QueueProps {
  items: Item[];
  marked: Marks;
  current: string | undefined;
  filters: Filters;
  fresh: number;
  readers: Readers;
  /** When the list was asked for. */
  asOf: number;
  line: Line;
  bulk: Bulk;
  loading: boolean;
  listShown: boolean;
  onOpen: (item: Item) => void;
  onReload: () => void;
  onFilter: (change: Filters) => void;
  onNextForMe: (() => void) | undefined;
  onShowList: () => void;
}

const ROW_HEIGHT = 76;

export function Queue(props: QueueProps) {
  const { items, marked, current, bulk, loading, readers, onOpen } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 6,
    getItemKey: (at) => items[at]?.id ?? at,
  });
  const place = items.findIndex((each) => each.id === current);
  useEffect(() => {
    if (place >= 0) rows.scrollToIndex(place, { align: "auto" });
  }, [place, rows]);
  return (
    <section className="queue" aria-label="Queue">
      <QueueHead {...props} />
      <div className="scroller" ref={scroller} aria-busy={loading} tabIndex={-1}>
        <ol style={{ height: rows.getTotalSize() }} aria-label="Proposals">
          {rows.getVirtualItems().map(({ key, index, start }) => {
            const item = items[index];
            return (
              item && (
                <li
                  key={key}
                  style={{ transform: `translateY(${start}px)` }}
                  aria-setsize={items.length}
                  aria-posinset={index + 1}
                >
                  <Row
                    {...{ item, onOpen }}
                    mark={marked.get(item.id)}
                    here={item.id === current}
                    selected={bulk.has(item.id)}
                    reader={readers.get(item.id)}
                  />
                </li>
              )
            );
          })}
        </ol>
      </div>
    </section>
  );
}

interface RowProps {
  item: Item;
  mark: Mark | undefined;
  here: boolean;
  selected: boolean;
  reader: string | undefined;
  onOpen: (item: Item) => void;
}

const Row = memo(function Row({ item, mark, here, selected, reader, onOpen }: RowProps) {
  const done = isDecided(mark);
  return (
    <button
      type="button"
      className="row"
      aria-current={here || undefined}
      data-done={done || undefined}
      data-selected={selected || undefined}
      onClick={() => onOpen(item)}
      tabIndex={here ? 0 : -1}
    >
      <span className="title">{item.highlight ? <Hits of={item.highlight.title} /> : item.title}</span>
      <span className="meta">
        {selected && <Icon name="check" size={13} />}
        {done ? (
          <span>{told(mark)}</span>
        ) : (
          <>
            {item.isLike ? <Icon name="same" size={13} /> : <span className="dot" data-type={item.type} />}
            <span>{item.type}</span>
            {item.channel && <span className="channel">#{item.channel}</span>}
            {item.repeats > 0 && <span>+{plural(item.repeats, "repeat")}</span>}
            {item.waiting > 0 && <span>{number(item.waiting)} wait on it</span>}
            {item.assignee && <span>for {item.assignee}</span>}
            {item.cameBack && <span className="changed">is back</span>}
            {reader && <span className="changed">{reader} reads it</span>}
            {(mark?.verb === "changed" || (item.changed && !mark)) && <span className="changed">changed</span>}
            {mark?.verb === "returned" && <span className="changed">came back</span>}
          </>
        )}
        {selected && <span className="hidden">selected</span>}
        <span className="sure">{percent(item.confidence)}</span>
      </span>
    </button>
  );
});

function told({ verb, by }: { verb: string; by?: string }): string {
  const what = verb === "snoozed" ? "put off" : verb;
  return by ? `${what} by ${by}` : what;
}

function Hits({ of }: { of: { text: string; hit: boolean }[] }) {
  return of.map((each, at) => (each.hit ? <mark key={at}>{each.text}</mark> : each.text));
}
