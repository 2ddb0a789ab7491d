import { Icon } from "../ui/icons";
import { Quote } from "../ui/Quote";
import type { Detail } from "./item";

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
