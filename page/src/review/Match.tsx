import { useMemo } from "react";
import { Icon } from "../ui/icons";
import { wordDiff } from "./diff";
import type { Item } from "./item";
import type { Compared } from "./queries";

/** The proposal beside its best match, as one text with what differs marked. */
export function Match({ item, other, explain }: { item: Item; other: Compared; explain: string | null }) {
  const what = other.known ? "what is known" : "another proposal";
  const isBest = item.like?.id === other.id;
  const says = !isBest ? `Beside ${what}` : item.like?.differs ? `Says something else than ${what}` : `Like ${what}`;
  const bodies = other.body !== other.title || item.body !== item.title;
  return (
    <section className="block" aria-label="Compared">
      <h3>
        <Icon name="same" size={15} />
        {says}
      </h3>
      <Diff before={other.title} after={item.title} known={other.known} />
      {bodies && item.body !== other.body && <Diff before={other.body} after={item.body} known={other.known} />}
      {bodies && item.body === other.body && item.body && <p className="why">The text below the title is the same.</p>}
      {explain && <p className="why">{explain}</p>}
    </section>
  );
}

function Diff({ before, after, known }: { before: string; after: string; known: boolean }) {
  const parts = useMemo(() => wordDiff(before, after), [before, after]);
  if (!parts)
    return (
      <dl className="pair">
        <dt>{known ? "known" : "other"}</dt>
        <dd>{before || "nothing"}</dd>
        <dt>proposed</dt>
        <dd>{after || "nothing"}</dd>
      </dl>
    );
  return (
    <p className="diff">
      {parts.map(({ text, change }, at) => {
        if (change === "gone") return <del key={at}>{text}</del>;
        if (change === "new") return <ins key={at}>{text}</ins>;
        return text;
      })}
    </p>
  );
}
