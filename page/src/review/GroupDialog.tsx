import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../api/client";
import { Dialog } from "../ui/Dialog";
import { capitalised, plural } from "../ui/format";
import { Complaint } from "../ui/States";
import { useGroup } from "./Group";
import type { Item } from "./item";
import { decideGroup, screen } from "./queries";

export type GroupAnswer = Schemas["GroupAnswer"];
type Found = Schemas["GroupView"];

const TITLE = "Decide all that say the same";

interface Props {
  item: Item;
  onClose: () => void;
  onDone: (answer: GroupAnswer, rest: "merge" | "reject") => void;
}

/** One decision on all that says the same. */
export function GroupDialog({ item, onClose, onDone }: Props) {
  const found = useGroup(useQuery(screen(item.id)).data);
  if (found.data) return <Choice {...{ group: found.data, onClose, onDone }} />;
  return (
    <Dialog title={TITLE} onClose={onClose}>
      {found.isFetching ? <p className="wait">Loading…</p> : <p>Nothing else that waits says the same.</p>}
      <Complaint error={found.error} />
    </Dialog>
  );
}

function Choice({ group, onClose, onDone }: Omit<Props, "item"> & { group: Found }) {
  const [notes, setNotes] = useState("");
  const act = useMutation({
    mutationFn: (rest: "merge" | "reject") => decideGroup(group.id, rest, notes),
    onSuccess: (answer, rest) => onDone(answer, rest),
  });
  const goes = group.members.filter((each) => each.stays === null).length;
  const stay = group.members.length - goes;
  const repeats = plural(goes, "repeat");
  const verb = (rest: string) =>
    group.is_entity ? `${capitalised(rest)} ${repeats}` : `Approve it, ${rest} ${repeats}`;
  return (
    <Dialog title={TITLE} onClose={onClose} onDone={() => !act.isPending && act.mutate("merge")}>
      <p>
        “{group.title}” {group.is_entity ? "is known already." : "becomes knowledge."}{" "}
        {plural(goes, "proposal goes", "proposals go")} with it
        {stay > 0 && `; ${plural(stay, "says", "say")} something else and ${stay === 1 ? "stays" : "stay"}`}.
      </p>
      <label className="field">
        Reason, for the trail
        <input value={notes} maxLength={10_000} onChange={(event) => setNotes(event.target.value)} />
      </label>
      <Complaint error={act.error} />
      <div className="foot">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button" disabled={act.isPending} onClick={() => act.mutate("reject")}>
          {verb("reject")}
        </button>
        <button type="button" className="button primary" disabled={act.isPending} onClick={() => act.mutate("merge")}>
          {verb("merge")} <kbd>Ctrl ↵</kbd>
        </button>
      </div>
    </Dialog>
  );
}
