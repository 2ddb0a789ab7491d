import "./knowledge.css";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect } from "react";
import type { Kind } from "../api/client";
import { percent } from "../ui/format";
import { useShortcuts } from "../ui/keys";
import { Failed, More } from "../ui/States";
import { Entity } from "./Entity";
import { Messages } from "./Messages";
import { Overview } from "./Overview";
import { found, listed, type Row } from "./queries";
import type { Place, Shelf } from "./search";
import { Talk } from "./Talk";

const route = getRouteApi("/knowledge");
const SHELVES: [Shelf, string][] = [
  ["atom", "Atoms"],
  ["topic", "Topics"],
  ["message", "Messages"],
];

/** What is known: by topic, by search, and each with why it is believed. */
export function Knowledge() {
  const place = route.useSearch();
  const navigate = route.useNavigate();
  const go = (change: Place) => void navigate({ search: (old) => ({ ...old, ...change }) });
  useEffect(() => {
    document.title = "Knowledge · Assay";
  }, []);
  useShortcuts([
    { key: "/", does: "Search", act: () => document.querySelector<HTMLInputElement>("#find")?.focus(), always: true },
  ]);
  return (
    <main id="content" className="knowledge" data-open={place.open !== undefined || undefined}>
      <h1 className="hidden">Knowledge</h1>
      <section className="side" aria-label="What is known">
        <div className="head">
          <div className="kinds" role="group" aria-label="Kind">
            {SHELVES.map(([shelf, name]) => (
              <button
                key={shelf}
                type="button"
                aria-pressed={(place.kind ?? "atom") === shelf}
                onClick={() => go({ kind: shelf === "atom" ? undefined : shelf, topic: undefined, open: undefined })}
              >
                {name}
              </button>
            ))}
          </div>
          <form
            role="search"
            onSubmit={(event) => {
              event.preventDefault();
              go({ q: String(new FormData(event.currentTarget).get("q")).trim() || undefined, open: undefined });
            }}
          >
            <input
              key={place.q}
              id="find"
              name="q"
              type="search"
              aria-label="Search what is known"
              placeholder="Search   /"
              defaultValue={place.q}
              maxLength={200}
            />
          </form>
          {place.topic && (
            <button type="button" className="button small" onClick={() => go({ topic: undefined })}>
              Only one topic: show all
            </button>
          )}
        </div>
        {place.kind === "message" ? (
          <Messages place={place} onOpen={(open) => go({ open })} />
        ) : (
          <List kind={place.kind ?? "atom"} place={place} onOpen={(open) => go({ open })} />
        )}
      </section>
      <Opened place={place} onGo={go} />
    </main>
  );
}

function Opened({ place: { kind = "atom", open }, onGo }: { place: Place; onGo: (change: Place) => void }) {
  if (!open) return <Overview onOpen={(of, id) => onGo({ kind: of === "topic" ? of : undefined, open: id })} />;
  if (kind === "message") return <Talk key={open} id={open} onClose={() => onGo({ open: undefined })} />;
  return <Entity kind={kind} id={open} onGo={onGo} />;
}

interface ListProps {
  kind: Kind;
  place: Place;
  onOpen: (id: string) => void;
}

function List({ kind, place, onOpen }: ListProps) {
  const asked = { ...place, kind };
  const all = useInfiniteQuery({ ...listed(asked), enabled: !place.q });
  const hits = useQuery(found(asked));
  const error = all.error ?? hits.error;
  if (error) return <Failed error={error} />;
  const rows = place.q ? hits.data : all.data?.pages.flatMap((page) => page.items);
  if (!rows) return <p className="wait">Loading…</p>;
  if (rows.length === 0)
    return (
      <p className="empty">
        {place.q ? "Nothing known says this." : "Nothing is known yet. Approve a proposal, and it appears here."}
      </p>
    );
  return (
    <ul className="rows">
      {rows.map((each) => (
        <li key={each.id}>
          <button
            type="button"
            className="row"
            aria-current={each.id === place.open || undefined}
            onClick={() => onOpen(each.id)}
          >
            <span className="title">{each.title}</span>
            {each.highlight && <Hit row={each} />}
            <span className="meta">
              {each.about} <span className="sure">{percent(each.confidence)}</span>
            </span>
          </button>
        </li>
      ))}
      {!place.q && all.hasNextPage && (
        <li>
          <More list={all} />
        </li>
      )}
    </ul>
  );
}

function Hit({ row }: { row: Row }) {
  return (
    <span className="hit">
      {row.highlight?.map((each, at) => (each.hit ? <mark key={at}>{each.text}</mark> : each.text))}
    </span>
  );
}
