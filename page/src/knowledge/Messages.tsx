import { useInfiniteQuery } from "@tanstack/react-query";
import { when } from "../ui/format";
import { Failed, More } from "../ui/States";
import { messages } from "./queries";
import type { Place } from "./search";

/** Messages by their words; without words the newest. */
export function Messages({ place, onOpen }: { place: Place; onOpen: (id: string) => void }) {
  const all = useInfiniteQuery(messages(place.q ?? ""));
  if (all.error) return <Failed error={all.error} retry={() => void all.refetch()} />;
  const rows = all.data?.pages.flatMap((page) => page.items);
  if (!rows) return <p className="wait">Loading…</p>;
  if (rows.length === 0)
    return <p className="empty">{place.q ? "No message holds these words." : "No messages came in yet."}</p>;
  return (
    <ul className="rows">
      {rows.map(({ message, highlight }) => (
        <li key={message.id}>
          <button
            type="button"
            className="row"
            aria-current={message.id === place.open || undefined}
            onClick={() => onOpen(message.id)}
          >
            <span className="title">
              {highlight.map((each, at) => (each.hit ? <mark key={at}>{each.text}</mark> : each.text))}
            </span>
            <span className="meta">
              <span className="who">
                {message.author} · #{message.channel}
              </span>
              <time className="sure" dateTime={message.sent_at}>
                {when(message.sent_at)}
              </time>
            </span>
          </button>
        </li>
      ))}
      {all.hasNextPage && (
        <li>
          <More list={all} />
        </li>
      )}
    </ul>
  );
}
