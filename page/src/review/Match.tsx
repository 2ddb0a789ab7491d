import { Diff } from "../ui/Diff";
import { Icon } from "../ui/icons";
import type { Item } from "./item";
import type { Compared } from "./queries";

/** The proposal beside its best match, as one text with what differs marked. */
export function Match({ item, other, explain }: { item: Item; other: Compared; explain: string | null }) {
  const what = other.known ? "what is known" : "another proposal";
  const names: [string, string] = [other.known ? "known" : "other", "proposed"];
  const isBest = item.like?.id === other.id;
  const says = !isBest ? `Beside ${what}` : item.like?.differs ? `Says something else than ${what}` : `Like ${what}`;
  const bodies = other.body !== other.title || item.body !== item.title;
  return (
    <section className="block" aria-label="Compared">
      <h3>
        <Icon name="same" size={15} />
        {says}
      </h3>
      <Diff before={other.title} after={item.title} names={names} />
      {bodies && item.body !== other.body && <Diff before={other.body} after={item.body} names={names} />}
      {bodies && item.body === other.body && item.body && <p className="why">The text below the title is the same.</p>}
      {explain && <p className="why">{explain}</p>}
    </section>
  );
}
