import { useState } from "react";
import { Dialog } from "../ui/Dialog";
import { when } from "../ui/format";
import { MOMENTS } from "./snoozing";

interface Props {
  onClose: () => void;
  onSnooze: (until: Date, notes: string) => void;
}

/** Puts it off. It comes back on top. */
export function SnoozeDialog({ onClose, onSnooze }: Props) {
  const [notes, setNotes] = useState("");
  return (
    <Dialog title="Put it off" onClose={onClose}>
      <div className="choices">
        {MOMENTS.map(([name, until], at) => (
          <button
            key={name}
            type="button"
            className="button"
            autoFocus={at === 1}
            onClick={() => onSnooze(until(), notes)}
          >
            {name} <span className="why">{when(until().toISOString())}</span>
          </button>
        ))}
      </div>
      <label className="field">
        Note, if you like
        <input value={notes} maxLength={10_000} onChange={(event) => setNotes(event.target.value)} />
      </label>
      <div className="foot">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
