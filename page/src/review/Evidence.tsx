import { when } from "../ui/format";
import { Icon } from "../ui/icons";
import type { Detail } from "./item";

type QuoteView = Detail["evidence"][number];

/** The messages it rests on, with the quoted words marked. */
export function Evidence({ detail, reasoning }: { detail: Detail | undefined; reasoning: string }) {
  return (
    <section className="block" aria-labelledby="said">
      <h3 id="said">
        <Icon name="quote" size={15} />
        Who said it
      </h3>
      {!detail && <p className="why">Loading…</p>}
      {detail?.evidence.length === 0 && (
        <p className="why">No message is quoted for this. Somebody proposed it without evidence.</p>
      )}
      <ul className="quotes">
        {detail?.evidence.map((each, at) => (
          <Quote key={at} quote={each} />
        ))}
      </ul>
      {reasoning && <p className="why">{reasoning}</p>}
    </section>
  );
}

export function Quote({ quote }: { quote: QuoteView }) {
  const letters = Array.from(quote.text); // offsets count characters, and not halves of them
  const { start_offset: from, end_offset: to } = quote;
  return (
    <li>
      <p className="by">
        <span className="face" aria-hidden="true">
          {Array.from(quote.author)[0]?.toUpperCase()}
        </span>
        <strong>{quote.author}</strong>
        <span>#{quote.channel}</span>
        <time dateTime={quote.sent_at}>{when(quote.sent_at)}</time>
        {!quote.verified && (
          <span className="tag" data-tone="warn">
            not found in the message
          </span>
        )}
      </p>
      <blockquote>
        {from !== null && to !== null ? (
          <>
            {letters.slice(0, from).join("")}
            <mark>{letters.slice(from, to).join("")}</mark>
            {letters.slice(to).join("")}
          </>
        ) : (
          quote.text
        )}
      </blockquote>
      {!quote.verified && from === null && <p className="why">It was quoted as: {quote.quote}</p>}
    </li>
  );
}
