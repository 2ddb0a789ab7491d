import { Fragment } from "react";
import type { Schemas } from "../api/client";
import { Icon } from "../ui/icons";
import { spoken } from "../ui/keys";
import { keyOf } from "./keys";

type Pieces = Schemas["PieceView"][];

interface Props {
  match: Schemas["MatchView"];
  title: string;
  body: string;
  mayAct: boolean;
  onApart: () => void;
}

/** The proposal beside its match, as one text with what differs marked, and the changed facts in words. */
export function Match({ match, title, body, mayAct, onApart }: Props) {
  const { other } = match;
  const what = other.is_entity ? "what is known" : "another proposal";
  const says =
    match.type === "update" ? `Says something else than ${what}` : match.type ? `Like ${what}` : `Beside ${what}`;
  const before = other.is_entity ? "known" : "other";
  return (
    <section className="block" aria-label="Compared">
      <h3>
        <Icon name="same" size={15} />
        {says}
        {mayAct && (
          <button
            type="button"
            className="button quiet small push"
            aria-keyshortcuts={spoken(keyOf("apart"))}
            onClick={onApart}
          >
            Not the same <kbd>{keyOf("apart")}</kbd>
          </button>
        )}
      </h3>
      {match.changed_facts.length > 0 && (
        <ul className="facts">
          {match.changed_facts.map((each) => (
            <li key={each.words}>{each.words}</li>
          ))}
        </ul>
      )}
      <Both pieces={match.title} names={[before, "proposed"]} texts={[other.title, title]} />
      {tellsMore(body, title, other) && (
        <Both pieces={match.body} names={[before, "proposed"]} texts={[other.body, body]} />
      )}
      {match.explanation && (
        <details>
          <summary className="why">How they were compared</summary>
          <p className="why">{match.explanation}</p>
        </details>
      )}
    </section>
  );
}

/** Whether the texts below the titles differ. A text that only repeats its title, or is missing, says nothing more. */
function tellsMore(body: string, title: string, other: Props["match"]["other"]): boolean {
  const own = body === title ? "" : body;
  const theirs = other.body === other.title ? "" : other.body;
  return own !== theirs && own !== "" && theirs !== "";
}

function Both({ pieces, names, texts }: { pieces: Pieces; names: [string, string]; texts: [string, string] }) {
  if (pieces.length === 0)
    return (
      <dl className="pair">
        <dt>{names[0]}</dt>
        <dd>{texts[0] || "nothing"}</dd>
        <dt>{names[1]}</dt>
        <dd>{texts[1] || "nothing"}</dd>
      </dl>
    );
  return (
    <p className="diff">
      {pieces.map(({ text, change }, at) => {
        if (change === "same") return text;
        const words = text.trimStart();
        const Mark = change === "removed" ? "del" : "ins";
        return (
          <Fragment key={at}>
            {text.slice(0, text.length - words.length)}
            {words && <Mark>{words}</Mark>}
          </Fragment>
        );
      })}
    </p>
  );
}
