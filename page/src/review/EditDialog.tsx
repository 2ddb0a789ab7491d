import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answered, api, of, type Schemas, written } from "../api/client";
import { Dialog } from "../ui/Dialog";
import { Complaint } from "../ui/States";
import type { Decision } from "./decision";
import { TYPES } from "./filters";
import type { Item, ReviewScreen } from "./item";
import { screen } from "./queries";

interface Props {
  item: Item;
  onClose: () => void;
  onSaved: () => Promise<unknown>;
  onApprove: (decision: Decision) => void;
}

interface Words {
  title: string;
  body: string;
  type: string;
  topic: string;
}

/** Only what was changed is sent, so that nothing else is written anew. */
function changes(item: Item, before: Words, words: Words): Schemas["AtomChange"] & Schemas["TopicChange"] {
  const atom = item.kind === "atom";
  const title =
    words.title !== before.title && (atom ? { proposed_title: words.title } : { proposed_name: words.title });
  const body =
    words.body !== before.body && (atom ? { proposed_content: words.body } : { proposed_description: words.body });
  const type = atom && words.type !== before.type && { proposed_type: words.type as Schemas["AtomType"] };
  const topic = atom && words.topic !== before.topic && { proposed_topic: words.topic || null };
  return { ...title, ...body, ...type, ...topic } as Schemas["AtomChange"] & Schemas["TopicChange"];
}

/** Other words for it. Saving keeps it open; approving saves first. */
export function EditDialog(props: Props) {
  const shown = useQuery(screen(props.item.id)).data;
  return shown && <Form {...props} shown={shown} />;
}

function Form({ item, shown, onClose, onSaved, onApprove }: Props & { shown: ReviewScreen }) {
  const client = useQueryClient();
  const before = { title: shown.title, body: shown.body, type: item.type, topic: shown.topic?.name ?? "" };
  const [words, setWords] = useState<Words>(before);
  const set = (change: Partial<Words>) => setWords((old) => ({ ...old, ...change }));
  const save = useMutation({
    mutationFn: async (approving: boolean) => {
      const body = changes(item, before, words);
      if (Object.keys(body).length === 0) return { approving, version: shown.proposal.version };
      const path = of(item.kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}");
      const params = { path: { proposal_id: item.id }, header: written(shown.proposal.version) };
      const saved = await answered(api.PATCH(path, { params, body }));
      await Promise.all([client.invalidateQueries({ queryKey: ["proposal", item.id] }), onSaved()]);
      return { approving, version: saved.version };
    },
    onSuccess: ({ approving, version }) => (approving ? onApprove({ verb: "approved", version }) : onClose()),
  });
  return (
    <Dialog title="Edit" onClose={onClose} onDone={() => save.mutate(true)}>
      <label className="field">
        {item.kind === "atom" ? "Title" : "Name"}
        <input
          value={words.title}
          maxLength={item.kind === "atom" ? 200 : 100}
          onChange={(e) => set({ title: e.target.value })}
          autoFocus
        />
      </label>
      <label className="field">
        Text
        <textarea rows={6} maxLength={20_000} value={words.body} onChange={(e) => set({ body: e.target.value })} />
      </label>
      {item.kind === "atom" && (
        <div className="rowed two">
          <label className="field">
            Type
            <select value={words.type} onChange={(e) => set({ type: e.target.value })}>
              {TYPES.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
          <label className="field">
            Topic
            <input value={words.topic} maxLength={100} onChange={(e) => set({ topic: e.target.value })} />
          </label>
        </div>
      )}
      <Complaint error={save.error} />
      <div className="foot">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button" disabled={save.isPending} onClick={() => save.mutate(false)}>
          Save
        </button>
        <button type="button" className="button primary" disabled={save.isPending} onClick={() => save.mutate(true)}>
          Save and approve <kbd>Ctrl ↵</kbd>
        </button>
      </div>
    </Dialog>
  );
}
