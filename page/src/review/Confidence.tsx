import { percent } from "../ui/format";
import type { Detail, Item } from "./item";

type Hold = Detail["held"][number];

/** The reasons of the machine, as sentences. */
const SENTENCES: Record<Hold, string> = {
  "confidence below the threshold": "It is less sure than the line for automatic approval.",
  "needs attention": "The machine failed on it too often and needs a person.",
  "failed, retried later": "The machine failed on it and tries again later.",
  "not scanned": "It was not compared with what is known yet.",
  "its approval or merge was taken back": "Somebody took its approval or merge back.",
  duplicate: "It may say the same as something known.",
  contradicted: "It says something else than what is known or proposed.",
  "recommendation says merge": "Its extractor would merge it.",
  "recommendation says reject": "Its extractor would reject it.",
  "unverified evidence": "A quote is missing or does not stand in its message.",
  "untrusted source": "It comes from a source that is not trusted.",
  proposer: "A person or an agent proposed it, not the machine.",
  "its evidence does not say it": "Its evidence does not say all of it.",
  "nobody decided or confirmed it": "Nobody decided or confirmed it in the talk.",
  "taken back in the talk": "Somebody took it back or objected in the talk.",
  "a rule asks for a person": "A rule keeps proposals like this for people.",
  "too few people say so": "Too few people say so.",
  "its name is a date, a person, a version or a common noun":
    "Its name is a date, a person, a version or a common noun.",
  "none of its atoms is approved": "None of its atoms is approved yet.",
  "topic not approved yet": "Its topic is not approved yet; approving this approves the topic too.",
};

interface Props {
  item: Item;
  held: Hold[] | undefined;
  untrusted: string[] | undefined;
}

/** How sure the machine is, and what kept it from deciding alone. */
export function Confidence({ item, held, untrusted }: Props) {
  const { confidence, stated } = item;
  return (
    <div className="confidence">
      <p className="rowed">
        <meter min={0} max={1} value={confidence} aria-label="Confidence" />
        <span>
          <strong>{percent(confidence)}</strong> sure
        </span>
        {Math.round(stated * 100) !== Math.round(confidence * 100) && (
          <span className="why">
            the extractor said {percent(stated)}; the evidence makes it {percent(confidence)}
          </span>
        )}
      </p>
      {held && held.length > 0 && (
        <ul className="held" aria-label="Why it waits for a person">
          {held.map((each) => (
            <li key={each}>
              {SENTENCES[each] ?? each}
              {each === "untrusted source" && untrusted?.length ? ` (${untrusted.join(", ")})` : ""}
            </li>
          ))}
          {item.proposal.unsupported.length > 0 && (
            <li>Not in the evidence: {item.proposal.unsupported.join(", ")}.</li>
          )}
        </ul>
      )}
    </div>
  );
}
