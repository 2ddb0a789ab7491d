import { useInfiniteQuery } from "@tanstack/react-query";
import type { Kind } from "../api/client";
import { Failed, More } from "../ui/States";
import { Duplicates } from "./Duplicates";
import { contradictions } from "./queries";

interface Props {
  onOpen: (kind: Kind, id: string) => void;
}

/** What needs a look among the knowledge: where nothing is open. */
export function Overview({ onOpen }: Props) {
  return (
    <article className="screen" aria-label="What needs a look">
      <div className="page">
        <p className="why">Pick something from the list to read why it is believed.</p>
        <Duplicates onOpen={onOpen} />
        <Contradictions onOpen={onOpen} />
      </div>
    </article>
  );
}

/** Atoms of which one says the opposite of the other, and both are believed. */
function Contradictions({ onOpen }: Props) {
  const all = useInfiniteQuery(contradictions);
  if (all.error) return <Failed error={all.error} retry={() => void all.refetch()} />;
  const pairs = all.data?.pages.flatMap((page) => page.items);
  return (
    <section className="part" aria-labelledby="against">
      <h2 id="against">Contradictions</h2>
      {pairs?.length === 0 && <p className="body">Nothing that is known contradicts anything else.</p>}
      {pairs?.map(({ one, other }) => (
        <p key={one.id + other.id} className="block">
          <button type="button" className="linked" onClick={() => onOpen("atom", one.id)}>
            {one.title}
          </button>
          <span>
            <span className="tag" data-tone="bad">
              contradicts
            </span>
          </span>
          <button type="button" className="linked" onClick={() => onOpen("atom", other.id)}>
            {other.title}
          </button>
        </p>
      ))}
      <More list={all} />
    </section>
  );
}
