import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Dialog } from "../ui/Dialog";
import { Complaint } from "../ui/States";
import type { Item } from "./item";
import { PersonPick } from "./PersonPick";
import { assign, deciders, screen } from "./queries";
import type { Done } from "./useDecisions";

interface Props {
  item: Item;
  onClose: () => void;
  onDone: (one: Done, text: string) => void;
}

/** Says who is to decide. Others still may, and the item stays. */
export function AssignDialog({ item, onClose, onDone }: Props) {
  const client = useQueryClient();
  const before = useQuery(screen(item.id)).data?.proposal.assignee_user_id ?? null;
  const people = useQuery(deciders).data ?? [];
  const [to, setTo] = useState<number | undefined>(before ?? undefined);
  const [notes, setNotes] = useState("");
  const refresh = () => client.invalidateQueries({ queryKey: ["proposal", item.id] });
  const give = useMutation({
    mutationFn: () => assign(item.kind, item.id, to ?? null, notes),
    onSuccess: async () => {
      await refresh();
      const name = people.find((each) => each.id === to)?.name ?? "nobody";
      const back = () => assign(item.kind, item.id, before);
      onDone({ id: `assign ${item.id}`, items: [item], sent: Promise.resolve(), back }, `Given to ${name}.`);
      onClose();
    },
  });
  return (
    <Dialog title="Who is to decide" onClose={onClose} onDone={() => give.mutate()}>
      <PersonPick to={to} onPick={setTo} />
      <label className="field">
        Note, if you like
        <input value={notes} maxLength={10_000} onChange={(event) => setNotes(event.target.value)} />
      </label>
      <Complaint error={give.error} />
      <div className="foot">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button primary" disabled={give.isPending} onClick={() => give.mutate()}>
          Give it <kbd>Ctrl ↵</kbd>
        </button>
      </div>
    </Dialog>
  );
}
