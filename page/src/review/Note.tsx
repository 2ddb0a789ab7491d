import { useQuery, useQueryClient } from "@tanstack/react-query";
import { session } from "../api/session";
import { when } from "../ui/format";
import { Icon } from "../ui/icons";
import { ChangedSince } from "./ChangedSince";
import type { Item, ReviewScreen } from "./item";
import { isDecided, type Mark } from "./marks";

interface Props {
  item: Item;
  mark: Mark | undefined;
  shown: ReviewScreen | undefined;
  onUndo: () => void;
  /** What had changed is shown now. */
  onCaughtUp: () => void;
}

/** What became of it meanwhile, here or elsewhere, and who else reads it. */
export function Note({ item, mark, shown, onUndo, onCaughtUp }: Props) {
  if (isDecided(mark))
    return (
      <p className="mark-note rowed" role="status">
        {mark.by ?? "You"} {mark.verb === "snoozed" ? "put this off" : `${mark.verb} this`}.
        {!mark.by && (
          <button type="button" className="button small" onClick={onUndo}>
            <Icon name="out" size={13} /> Undo
          </button>
        )}
      </p>
    );
  if (mark?.verb === "changed") return <Changed id={item.id} onCaughtUp={onCaughtUp} />;
  if (mark?.verb === "returned")
    return (
      <p className="mark-note" data-tone="bad" role="status">
        Not decided. {mark.why}
      </p>
    );
  if (!shown) return null;
  return <Standing item={item} shown={shown} />;
}

function Changed({ id, onCaughtUp }: { id: string; onCaughtUp: () => void }) {
  const client = useQueryClient();
  const catchUp = async () => {
    await client.invalidateQueries({ queryKey: ["proposal", id] });
    onCaughtUp();
  };
  return (
    <p className="mark-note rowed" data-tone="warn" role="status">
      It changed since you opened it.
      <button type="button" className="button small" onClick={() => void catchUp()}>
        Show it as it is now
      </button>
    </p>
  );
}

/** What the server says of it: decided before, put off, read by another, changed since one saw it last. */
function Standing({ item, shown }: { item: Item; shown: ReviewScreen }) {
  const me = useQuery(session).data?.user_id;
  const { proposal, people } = shown;
  const isOpen = proposal.status === "pending";
  const decider = proposal.reviewed_by_user_id && people[proposal.reviewed_by_user_id]?.name;
  const assignee = proposal.assignee_user_id && people[proposal.assignee_user_id]?.name;
  const notes = [
    !isOpen && `${decider ? `${decider} ${proposal.status} it` : `It was ${proposal.status}`} already.`,
    item.cameBack && "It was put off until now.",
    shown.snoozed_until && new Date(shown.snoozed_until) > new Date() && `Put off until ${when(shown.snoozed_until)}.`,
    isOpen && assignee && `${proposal.assignee_user_id === me ? "You are" : `${assignee} is`} to decide on it.`,
    shown.claim && shown.claim.user_id !== me && `${shown.claim.name} reads it too.`,
    isOpen && shown.cannot_decide_because,
  ].filter((each) => typeof each === "string");
  return (
    <>
      {notes.map((each) => (
        <p key={each} className="mark-note" role="note">
          {each}
        </p>
      ))}
      {shown.seen && shown.seen.since.length > 0 && <ChangedSince since={shown.seen.since} shown={shown} />}
    </>
  );
}
