import type { Schemas } from "../api/client";
import { when } from "./format";

/** The words in their message, marked. */
export function Quote({ quote }: { quote: Schemas["QuoteView"] }) {
  const letters = Array.from(quote.text); // offsets count characters, and not halves of them
  const { start_offset: from, end_offset: to } = quote;
  return (
    <div>
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
    </div>
  );
}
