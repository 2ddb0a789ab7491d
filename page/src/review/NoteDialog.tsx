import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Dialog } from "../ui/Dialog";
import { Complaint } from "../ui/States";
import { addNote } from "./queries";

/** A note stands in its history. It decides nothing, and the item stays. */
export function NoteDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const client = useQueryClient();
  const [words, setWords] = useState("");
  const save = useMutation({
    mutationFn: () => addNote(id, words),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["proposal", id] });
      onClose();
    },
  });
  const done = () => words.trim() && save.mutate();
  return (
    <Dialog title="Add a note" onClose={onClose} onDone={done}>
      <label className="field">
        Note for whoever decides
        <textarea
          rows={4}
          maxLength={10_000}
          autoFocus
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
      </label>
      <Complaint error={save.error} />
      <div className="foot">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button primary" disabled={!words.trim() || save.isPending} onClick={done}>
          Save <kbd>Ctrl ↵</kbd>
        </button>
      </div>
    </Dialog>
  );
}
