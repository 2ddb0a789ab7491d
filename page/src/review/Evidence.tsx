import { useState } from "react";
import type { Schemas } from "../api/client";
import { when } from "../ui/format";
import { Icon } from "../ui/icons";
import { Quote } from "../ui/Quote";
import type { ReviewScreen } from "./item";

/** The messages it rests on, with the quoted words marked. */
export function Evidence({ shown }: { shown: ReviewScreen | undefined }) {
  return (
    <section className="block" aria-labelledby="said">
      <h3 id="said">
        <Icon name="quote" size={15} />
        Who said it
      </h3>
      {!shown && <p className="why">Loading…</p>}
      {shown?.evidence.length === 0 && (
        <p className="why">No message is quoted for this. Somebody proposed it without evidence.</p>
      )}
      <ul className="quotes">
        {shown?.evidence.map((each, at) => (
          <InTalk key={at} quote={each} />
        ))}
      </ul>
      {shown?.proposal.reasoning && <p className="why">{shown.proposal.reasoning}</p>}
    </section>
  );
}

/** A quote, with what was said around it on demand. */
function InTalk({ quote }: { quote: Schemas["QuoteOnScreen"] }) {
  const [around, setAround] = useState(false);
  const { message, before, after, ...words } = quote;
  const neighbours = before.length + after.length > 0;
  return (
    <li className="talk">
      {around && before.map((each) => <Neighbour key={each.id} said={each} />)}
      <Quote quote={{ ...message, ...words, message_id: message.id }} />
      {around && after.map((each) => <Neighbour key={each.id} said={each} />)}
      <p className="rowed around">
        {neighbours && (
          <button
            type="button"
            className="button quiet small"
            aria-expanded={around}
            onClick={() => setAround(!around)}
          >
            {around ? "Only the quote" : "What was said around it"}
          </button>
        )}
        {message.permalink && (
          <a className="button quiet small" href={message.permalink} target="_blank" rel="noreferrer">
            Open in the chat
          </a>
        )}
      </p>
    </li>
  );
}

function Neighbour({ said }: { said: Schemas["MessageExcerpt"] }) {
  return (
    <p className="neighbour">
      <strong>{said.author}</strong> <time dateTime={said.sent_at}>{when(said.sent_at)}</time> {said.text}
    </p>
  );
}
