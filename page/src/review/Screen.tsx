import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Icon } from "../ui/icons";
import { Trail } from "../ui/Trail";
import { Candidates } from "./Candidates";
import { Confidence } from "./Confidence";
import { Evidence } from "./Evidence";
import type { Item } from "./item";
import { Match } from "./Match";
import { isDecided, type Mark } from "./marks";
import { compared, proposal } from "./queries";

interface Props {
  item: Item;
  mark: Mark | undefined;
  candidate: string | undefined;
  onCandidate: (id: string) => void;
  onDrawn: (id: string) => void;
  onUndo: () => void;
}

/** One proposal with all that is needed to decide on it. */
export function Screen({ item, mark, candidate, onCandidate, onDrawn, onUndo }: Props) {
  const detail = useQuery(proposal(item.kind, item.id));
  const candidates = detail.data?.candidates ?? [];
  const beside = candidates.find((each) => each.id === candidate);
  const like = beside ? { id: beside.id, known: beside.is_entity } : item.like;
  const other = useQuery({ ...compared(item.kind, like?.id ?? "", like?.known ?? false), enabled: like !== null });
  const settled = detail.isFetched && (like === null || other.isFetched);
  useEffect(() => {
    if (!settled) return undefined;
    const frame = requestAnimationFrame(() => onDrawn(item.id)); // a key acts on what can be seen
    return () => cancelAnimationFrame(frame);
  }, [settled, item.id, onDrawn]);
  return (
    <div className="page" data-settled={settled || undefined}>
      <Note {...{ item, mark, onUndo }} />
      <p className="kind">
        <span className="tag type" data-type={item.type}>
          {item.type}
        </span>
        {item.topic && <span className="tag">{item.topic}</span>}
        {item.channel && <span>from #{item.channel}</span>}
      </p>
      <h2 id="what">{item.title}</h2>
      {item.body && item.body !== item.title && <p className="body">{item.body}</p>}
      <Confidence item={item} held={detail.data?.held} untrusted={detail.data?.untrusted_sources} />
      {other.data && <Match item={item} other={other.data} explain={beside ? null : item.explanation} />}
      <Candidates all={candidates} shown={like?.id} onShow={onCandidate} />
      <Evidence detail={detail.data} reasoning={item.proposal.reasoning} />
      {detail.data && <Trail trail={detail.data.trail} />}
      {detail.isError && (
        <p className="wrong" role="alert">
          {detail.error.message}
        </p>
      )}
    </div>
  );
}

/** What became of it meanwhile, here or elsewhere. */
function Note({ item, mark, onUndo }: Pick<Props, "item" | "mark" | "onUndo">) {
  const client = useQueryClient();
  if (mark?.verb === "changed")
    return (
      <p className="mark-note rowed" data-tone="warn" role="status">
        It changed since you opened it.
        <button
          type="button"
          className="button small"
          onClick={() => {
            void client.invalidateQueries({ queryKey: ["proposal", item.id] });
            void client.invalidateQueries({ queryKey: ["queue"] });
          }}
        >
          Show it as it is now
        </button>
      </p>
    );
  if (mark?.verb === "returned")
    return (
      <p className="mark-note" data-tone="bad" role="status">
        Not decided. {mark.why}
      </p>
    );
  if (isDecided(mark))
    return (
      <p className="mark-note rowed" role="status">
        {mark.by ?? "You"} {mark.verb} this.
        {!mark.by && (
          <button type="button" className="button small" onClick={onUndo}>
            <Icon name="out" size={13} /> Undo
          </button>
        )}
      </p>
    );
  if (item.status !== "pending") return <p className="mark-note">This was {item.status} already.</p>;
  return null;
}
