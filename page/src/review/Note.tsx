import { useQuery, useQueryClient } from "@tanstack/react-query";
import { session } from "../api/session";
import { ago, when } from "../ui/format";
import { Icon } from "../ui/icons";
import type { Item, ReviewScreen } from "./item";
import { isDecided, type Mark } from "./marks";

interface Props {
  item: Item;
  mark: Mark | undefined;
  shown: ReviewScreen | undefined;
  onUndo: () => void;
}

/** What became of it meanwhile, here or elsewhere, and who else reads it. */
export function Note({ item, mark, shown, onUndo }: Props) {
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
  if (mark?.verb === "changed") return <Changed id={item.id} />;
  if (mark?.verb === "returned")
    return (
      <p className="mark-note" data-tone="bad" role="status">
        Not decided. {mark.why}
      </p>
    );
  if (!shown) return null;
  return <Standing item={item} shown={shown} />;
}

function Changed({ id }: { id: string }) {
  const client = useQueryClient();
  return (
    <p className="mark-note rowed" data-tone="warn" role="status">
      It changed since you opened it.
      <button
        type="button"
        className="button small"
        onClick={() => void client.invalidateQueries({ queryKey: ["proposal", id] })}
      >
        Show it as it is now
      </button>
    </p>
  );
}

/** What the server says of it: decided before, put off, read by another, changed since one saw it last. */
function Standing({ item, shown }: { item: Item; shown: ReviewScreen }) {
  const me = useQuery(session).data?.user_id;
  const notes = [
    shown.proposal.status !== "pending" && `It was ${shown.proposal.status} already.`,
    item.cameBack && "You put it off until now.",
    shown.snoozed_until && `Put off until ${when(shown.snoozed_until)}.`,
    shown.claim && shown.claim.user_id !== me && `${shown.claim.name} reads it too.`,
    shown.proposal.status === "pending" && shown.cannot_decide_because,
    ...(shown.seen?.since ?? []).map((each) => `Changed ${ago(each.at)} by ${each.actor}, since you saw it last.`),
  ].filter((each) => typeof each === "string");
  return notes.map((each) => (
    <p key={each} className="mark-note" role="note">
      {each}
    </p>
  ));
}
