import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../api/client";
import { Dialog } from "../ui/Dialog";
import { plural } from "../ui/format";
import { Complaint, Loaded } from "../ui/States";
import { useGroup } from "./Group";
import type { Item } from "./item";
import { decideGroup, screen } from "./queries";

export type GroupAnswer = Schemas["GroupAnswer"];
type Found = Schemas["GroupView"];

interface Props {
  item: Item;
  onClose: () => void;
  onDone: (answer: GroupAnswer, rest: "merge" | "reject") => void;
}

/** One decision on all that says the same. */
export function GroupDialog({ item, onClose, onDone }: Props) {
  const found = useGroup(useQuery(screen(item.id)).data);
  return (
    <Dialog title="Decide all that say the same" onClose={onClose}>
      {found.fetchStatus === "idle" && !found.data ? (
        <p>Nothing else that waits says the same.</p>
      ) : (
        <Loaded query={found}>
          {(group) =>
            group ? <Choice {...{ group, onClose, onDone }} /> : <p>Nothing else that waits says the same.</p>
          }
        </Loaded>
      )}
    </Dialog>
  );
}

function Choice({ group, onClose, onDone }: Omit<Props, "item"> & { group: Found }) {
  const [notes, setNotes] = useState("");
  const act = useMutation({
    mutationFn: (rest: "merge" | "reject") => decideGroup(group.id, rest, notes),
    onSuccess: onDone,
  });
  const goes = group.members.filter((each) => each.stays === null);
  const stay = group.members.length - goes.length;
  const centre = group.is_entity ? "" : `Approve “${group.title}” and `;
  const capital = (words: string) => (centre ? words : words.charAt(0).toUpperCase() + words.slice(1));
  return (
    <>
      <p>
        {centre ? "The oldest becomes knowledge. " : `“${group.title}” is known already. `}
        {plural(goes.length, "proposal goes", "proposals go")} with it
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
          {centre}
          {capital(`reject ${plural(goes.length, "repeat")}`)}
        </button>
        <button
          type="button"
          className="button primary"
          autoFocus
          disabled={act.isPending}
          onClick={() => act.mutate("merge")}
        >
          {centre}
          {capital(`merge ${plural(goes.length, "repeat")}`)}
        </button>
      </div>
    </>
  );
}
