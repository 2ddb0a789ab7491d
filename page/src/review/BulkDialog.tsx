import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answered, api, type Kind, of, type Schemas, written } from "../api/client";
import { Dialog } from "../ui/Dialog";
import { number, plural } from "../ui/format";
import { Complaint, Loaded } from "../ui/States";
import type { Toast } from "../ui/Toasts";
import { asked, type Filters } from "./filters";
import type { Mark } from "./marks";
import type { Bulk, BulkVerb } from "./useBulk";

type Answer = Schemas["BulkAnswer"];
type Asked = Schemas["BulkApproval"];

const MOST_SHOWN = 5;

function send(kind: Kind, verb: BulkVerb, body: Asked): Promise<Answer> {
  const params = { header: written() };
  if (verb === "approve")
    return answered(api.POST(of(kind, "/api/v1/knowledge/atoms/proposals/bulk/approve"), { params, body }));
  const { with_topics: _with, ...plain } = body;
  return answered(api.POST(of(kind, "/api/v1/knowledge/atoms/proposals/bulk/reject"), { params, body: plain }));
}

interface Props {
  bulk: Bulk;
  filters: Filters;
  onDone: (changes: (readonly [string, Mark])[]) => void;
  onSay: (toast: Toast) => void;
}

/** What a bulk decision will touch, first; then, if nothing changed since, it is done. */
export function BulkDialog({ bulk, filters, onDone, onSay }: Props) {
  const client = useQueryClient();
  const [notes, setNotes] = useState("");
  const kind = filters.kind ?? "atom";
  const verb = bulk.asking ?? "approve";
  const meant: Partial<Asked> = bulk.everything
    ? { filter: { status: ["pending"], ...asked(filters) } as Asked["filter"] }
    : { ids: [...bulk.chosen], versions: Object.fromEntries(bulk.items.map((each) => [each.id, each.version])) };
  const rehearsal = useQuery({
    queryKey: ["bulk", kind, verb, meant],
    gcTime: 0,
    retry: false,
    queryFn: () => send(kind, verb, { ...meant, with_topics: true, dry_run: true } as Asked),
  });
  const act = useMutation({
    mutationFn: (seen: Answer) => {
      const agreed = bulk.everything ? { expected_count: seen.count, revision: seen.revision } : {};
      return send(kind, verb, {
        ...meant,
        ...agreed,
        with_topics: true,
        dry_run: false,
        notes: notes || undefined,
      } as Asked);
    },
    onSuccess: (answer) => {
      const done = verb === "approve" ? "approved" : "rejected";
      onDone(answer.items.filter((each) => each.done).map((each) => [each.id, { verb: done, from: "bulk" }]));
      onSay({ id: "bulk", text: `${number(answer.done)} ${done}, ${number(answer.refused)} refused.` });
      void client.invalidateQueries({ queryKey: ["metrics"] });
      bulk.clear();
    },
  });
  const name = verb === "approve" ? "Approve" : "Reject";
  return (
    <Dialog title={`${name} many`} onClose={bulk.cancel} onDone={() => rehearsal.data && act.mutate(rehearsal.data)}>
      <Loaded query={rehearsal}>{(seen) => <Touched answer={seen} verb={verb} titles={titles(bulk)} />}</Loaded>
      <label className="field">
        Reason, for the trail
        <input value={notes} maxLength={10_000} onChange={(event) => setNotes(event.target.value)} />
      </label>
      <Complaint error={act.error} />
      <div className="foot">
        <button type="button" className="button" onClick={bulk.cancel}>
          Cancel
        </button>
        <button
          type="button"
          className="button primary"
          disabled={!rehearsal.data?.done || act.isPending}
          onClick={() => rehearsal.data && act.mutate(rehearsal.data)}
        >
          {name} {rehearsal.data ? number(rehearsal.data.done) : ""} <kbd>Ctrl ↵</kbd>
        </button>
      </div>
    </Dialog>
  );
}

function titles(bulk: Bulk): Map<string, string> {
  return new Map(bulk.items.map((each) => [each.id, each.title]));
}

function Touched({ answer, verb, titles: known }: { answer: Answer; verb: BulkVerb; titles: Map<string, string> }) {
  const refused = answer.items.filter((each) => !each.done);
  return (
    <>
      <p>
        {plural(answer.done, "proposal")} would be {verb === "approve" ? "approved" : "rejected"}
        {answer.refused > 0 && `; ${number(answer.refused)} would not`}.
      </p>
      {refused.length > 0 && (
        <ul className="refused">
          {refused.slice(0, MOST_SHOWN).map((each) => (
            <li key={each.id}>
              {known.get(each.id) && <strong>{known.get(each.id)}: </strong>}
              {each.message}
            </li>
          ))}
          {refused.length > MOST_SHOWN && <li>and {number(refused.length - MOST_SHOWN)} more</li>}
        </ul>
      )}
    </>
  );
}
