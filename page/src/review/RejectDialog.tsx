import { useState } from "react";
import { Dialog } from "../ui/Dialog";

const COMMON = ["Not true any more", "Said in jest", "Too vague to be useful", "About a person, not the work"];

/** A reason stays in the trail. Ctrl+Enter rejects and goes on. */
export function RejectDialog({ onClose, onReject }: { onClose: () => void; onReject: (notes: string) => void }) {
  const [reason, setReason] = useState("");
  return (
    <Dialog title="Reject with a reason" onClose={onClose} onDone={() => onReject(reason)}>
      <div className="rowed" role="group" aria-label="Common reasons">
        {COMMON.map((each) => (
          <button key={each} type="button" className="button small" onClick={() => setReason(each)}>
            {each}
          </button>
        ))}
      </div>
      <label className="field">
        Reason
        <textarea rows={3} maxLength={10_000} autoFocus value={reason} onChange={(e) => setReason(e.target.value)} />
      </label>
      <div className="foot">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button primary" onClick={() => onReject(reason)}>
          Reject <kbd>Ctrl ↵</kbd>
        </button>
      </div>
    </Dialog>
  );
}
