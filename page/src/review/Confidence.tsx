import { percent, plural, when } from "../ui/format";
import type { ReviewScreen } from "./item";
import { keyOf } from "./keys";

interface Props {
  shown: ReviewScreen;
  /** Approves it in the place of what is known; absent where nobody may. */
  onReplace: (() => void) | undefined;
}

/** How sure the machine is and why, what kept it from deciding alone, and what a decision would touch. */
export function Confidence({ shown, onReplace }: Props) {
  const { proposal, held, confidence: steps } = shown;
  return (
    <div className="confidence">
      <div className="rowed">
        <meter min={0} max={1} value={proposal.confidence} aria-label="Confidence" />
        <span>
          <strong>{percent(proposal.confidence)}</strong> sure
        </span>
        {steps.length > 1 && (
          <details className="steps">
            <summary>How so</summary>
            <ol>
              {steps.map((each, at) => (
                <li key={at}>
                  {percent(each.result)} {each.why}
                </li>
              ))}
            </ol>
          </details>
        )}
        {shown.expires_at && <span className="why">expires {when(shown.expires_at)}</span>}
      </div>
      {held.length > 0 && (
        <div className="held">
          <strong>Why it waits for you</strong>
          <ul aria-label="Why it waits for a person">
            {held.map((each) => (
              <li key={each.reason}>{each.words}</li>
            ))}
            {proposal.unsupported.length > 0 && <li>Not in the evidence: {proposal.unsupported.join(", ")}.</li>}
          </ul>
        </div>
      )}
      <Dependents shown={shown} onReplace={onReplace} />
    </div>
  );
}

function Dependents({ shown, onReplace }: Props) {
  const { atoms, repeats, questioned_by: questioned } = shown.dependents;
  const old = shown.supersedes;
  const parts = [
    atoms > 0 && `${plural(atoms, "atom waits", "atoms wait")} for this topic.`,
    repeats > 0 && `${plural(repeats, "later one says", "later ones say")} the same.`,
    questioned.length > 0 && `Questioned by: ${questioned.map((each) => each.title.replace(/[.]$/, "")).join("; ")}.`,
    old && `It says something else than what is known: ${old.title}`,
  ].filter((each) => typeof each === "string");
  if (parts.length === 0) return null;
  return (
    <p className="why">
      {parts.join(" ")}{" "}
      {old && onReplace && (
        <button type="button" className="button small" onClick={onReplace}>
          Approve in its place <kbd>{keyOf("replace")}</kbd>
        </button>
      )}
    </p>
  );
}
