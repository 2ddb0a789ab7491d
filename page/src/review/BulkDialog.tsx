import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Dialog } from "../ui/Dialog";
import { number, plural } from "../ui/format";
import { Complaint, Loaded } from "../ui/States";
import type { Toast } from "../ui/Toasts";
import { carryOut, meant, type Preview, type Progress, preview, undo } from "./bulk";
import type { Filters } from "./filters";
import type { Bulk } from "./useBulk";

interface Props {
  bulk: Bulk;
  filters: Filters;
  onDone: () => void;
  onSay: (toast: Toast) => void;
}

/** What a bulk decision will touch, first; then, if nothing changed since, it is done portion by portion. */
export function BulkDialog({ bulk, filters, onDone, onSay }: Props) {
  const client = useQueryClient();
  const [notes, setNotes] = useState("");
  const [now, setNow] = useState<Progress>();
  const verb = bulk.asking ?? "approve";
  const request = meant(bulk, filters, verb);
  const rehearsal = useQuery({
    queryKey: ["bulk", request],
    gcTime: 0,
    retry: false,
    queryFn: () => preview(request),
  });
  const takeBack = async (id: string) => {
    const back = await undo(id, () => undefined);
    onSay({ id: "bulk", text: `${number(back.done)} taken back.` });
    onDone();
  };
  const act = useMutation({
    mutationFn: (seen: Preview) => carryOut(request, seen, notes, setNow),
    onSuccess: ({ id, done, refused }) => {
      const what = verb === "approve" ? "approved" : "rejected";
      const text = `${number(done)} ${what}${refused ? `, ${number(refused)} refused` : ""}.`;
      onSay({ id: "bulk", text, undo: () => void takeBack(id) });
      bulk.clear();
      onDone();
    },
    onError: () => void client.invalidateQueries({ queryKey: ["bulk"] }),
  });
  const name = verb === "approve" ? "Approve" : "Reject";
  const go = () => rehearsal.data && !act.isPending && act.mutate(rehearsal.data);
  return (
    <Dialog title={`${name} many`} onClose={bulk.cancel} onDone={go}>
      <Loaded query={rehearsal}>{(seen) => <Touched seen={seen} verb={verb} />}</Loaded>
      <label className="field">
        Reason, for the trail
        <input value={notes} maxLength={10_000} onChange={(event) => setNotes(event.target.value)} />
      </label>
      {now && (
        <progress max={now.total} value={now.taken} aria-label="Done so far">
          {now.taken}
        </progress>
      )}
      <Complaint error={act.error} />
      <div className="foot">
        <button type="button" className="button" onClick={bulk.cancel}>
          Cancel
        </button>
        <button
          type="button"
          className="button primary"
          disabled={!rehearsal.data?.would_be_done || act.isPending}
          onClick={go}
        >
          {name} {rehearsal.data ? number(rehearsal.data.would_be_done) : ""} <kbd>Ctrl ↵</kbd>
        </button>
      </div>
    </Dialog>
  );
}

function Touched({ seen, verb }: { seen: Preview; verb: string }) {
  return (
    <>
      <p>
        {plural(seen.would_be_done, "proposal")} would be {verb === "approve" ? "approved" : "rejected"}
        {seen.would_be_refused > 0 && `; ${number(seen.would_be_refused)} would not`}.
      </p>
      {seen.refusals.length > 0 && (
        <ul className="refused">
          {seen.refusals.map((each) => (
            <li key={each.refusal}>
              {plural(each.count, "time")}: {each.example}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
