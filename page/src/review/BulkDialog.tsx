import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Dialog } from "../ui/Dialog";
import { number, plural } from "../ui/format";
import { Complaint, Loaded } from "../ui/States";
import { BulkChoices } from "./BulkChoices";
import { type Choices, carryOut, meant, type Preview, type Progress, preview, undoBulk } from "./bulk";
import { BULK } from "./bulkWords";
import type { Filters } from "./filters";
import { MOMENTS } from "./snoozing";
import type { Bulk } from "./useBulk";
import type { Done } from "./useDecisions";

interface Props {
  bulk: Bulk;
  filters: Filters;
  onDone: (one: Done, text: string) => void;
}

/** What is done with many will touch, first; then, if nothing changed since, it is done portion by portion. */
export function BulkDialog({ bulk, filters, onDone }: Props) {
  const client = useQueryClient();
  const [notes, setNotes] = useState("");
  const [now, setNow] = useState<Progress>();
  const [choices, setChoices] = useState<Choices>({ into: undefined, to: undefined, until: MOMENTS[1]?.[1]() });
  const verb = bulk.asking ?? "approve";
  const { name, done } = BULK[verb];
  const request = meant(bulk, filters, verb, choices);
  const rehearsal = useQuery({ queryKey: ["bulk", request], gcTime: 0, retry: false, queryFn: () => preview(request) });
  const act = useMutation({
    mutationFn: (seen: Preview) => carryOut(request, seen, notes, setNow),
    onSuccess: (end) => {
      const text = `${number(end.done)} ${done}${end.refused ? `, ${number(end.refused)} refused` : ""}.`;
      onDone({ id: end.id, items: [], sent: Promise.resolve(), back: () => undoBulk(end.id) }, text);
    },
    onError: () => void client.invalidateQueries({ queryKey: ["bulk"] }),
  });
  const many = rehearsal.data?.would_be_done ?? 0;
  const go = () => rehearsal.data && !act.isPending && act.mutate(rehearsal.data);
  return (
    <Dialog title={`${name} many`} onClose={bulk.cancel} onDone={go}>
      <BulkChoices
        {...{ verb, choices }}
        kind={filters.kind ?? bulk.items[0]?.kind ?? "atom"}
        onChoose={(change) => setChoices({ ...choices, ...change })}
      />
      <Loaded query={rehearsal}>{(seen) => <Touched seen={seen} done={done} />}</Loaded>
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
        <button type="button" className="button primary" disabled={!many || act.isPending} onClick={go}>
          {name} {howMany(many, rehearsal.data?.count ?? 0, bulk.everything)} <kbd>Ctrl ↵</kbd>
        </button>
      </div>
    </Dialog>
  );
}

/** "3 selected", "all 213", "6 of 53". */
function howMany(many: number, of: number, everything: boolean): string {
  if (many < of) return `${number(many)} of ${number(of)}`;
  return everything ? `all ${number(many)}` : `${number(many)} selected`;
}

function Touched({ seen, done }: { seen: Preview; done: string }) {
  return (
    <>
      <p>
        {plural(seen.would_be_done, "proposal")} would be {done}
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
