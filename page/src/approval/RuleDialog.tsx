import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Dialog } from "../ui/Dialog";
import { number } from "../ui/format";
import { Complaint } from "../ui/States";
import { trialOf } from "./queries";
import { PROPOSERS, type Rule, TYPES, written } from "./rule";

interface Props {
  rule: Rule;
  others: Rule[];
  error: Error | null;
  onClose: () => void;
  onSave: (rule: Rule, note: string) => void;
}

/** A rule: which proposals, and what is asked of them. What would come of it is counted as one chooses. */
export function RuleDialog({ rule, others, error, onClose, onSave }: Props) {
  const [said, setSaid] = useState<Rule>(rule);
  const [note, setNote] = useState("");
  const set = (change: Rule) => setSaid((old) => ({ ...old, ...change }));
  const asks = said.human_required || said.may_approve || said.threshold != null || said.min_authors != null;
  const save = () => asks && onSave(written(said), note);
  return (
    <Dialog title="A rule for some proposals" onClose={onClose} onDone={save}>
      <Ticks name="Kind" all={["atom", "topic"]} chosen={said.kinds} onChange={(kinds) => set({ kinds })} />
      <Ticks name="Type" all={TYPES} chosen={said.types} onChange={(types) => set({ types })} />
      <Ticks name="Proposed by" all={PROPOSERS} chosen={said.proposers} onChange={(proposers) => set({ proposers })} />
      <div className="rowed two">
        <Names name="Sources" all={said.sources} onChange={(sources) => set({ sources })} />
        <Names name="Channels" all={said.channels} onChange={(channels) => set({ channels })} />
      </div>
      <div className="rowed two">
        <Figure
          name="At least this sure, %"
          most={100}
          value={said.threshold == null ? null : said.threshold * 100}
          onChange={(value) => set({ threshold: value === null ? null : value / 100 })}
        />
        <Figure
          name="At least so many people"
          most={100}
          value={said.min_authors ?? null}
          onChange={(min_authors) => set({ min_authors })}
        />
      </div>
      <label className="rowed">
        <input
          type="checkbox"
          checked={said.human_required ?? false}
          onChange={(e) => set({ human_required: e.target.checked })}
        />
        A person decides
      </label>
      <label className="rowed">
        <input
          type="checkbox"
          checked={said.may_approve ?? false}
          onChange={(e) => set({ may_approve: e.target.checked })}
        />
        May be approved alone, although its proposer or its source holds it back
      </label>
      {asks ? <Outcome rules={[...others, written(said)]} /> : <p className="why">Say what is required of them.</p>}
      <label className="field">
        Why, for the history
        <input value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
      </label>
      <Complaint error={error} />
      <div className="foot">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button primary" disabled={!asks} onClick={save}>
          Save <kbd>Ctrl ↵</kbd>
        </button>
      </div>
    </Dialog>
  );
}

/** What the machine would approve of what waits, with these rules and without. */
function Outcome({ rules }: { rules: Rule[] }) {
  const tried = useQuery(trialOf({ rules }));
  if (tried.isError) return <Complaint error={tried.error} />;
  if (!tried.data) return <p className="why">Counting…</p>;
  const { in_force: now, candidate } = tried.data;
  return (
    <p className="why" role="status">
      {number(candidate.queue.would_approve)} of {number(candidate.queue.pending)} that wait would be approved, instead
      of {number(now.queue.would_approve)}.
    </p>
  );
}

function Ticks({
  name,
  all,
  chosen = [],
  onChange,
}: {
  name: string;
  all: string[];
  chosen?: string[] | undefined;
  onChange: (chosen: string[]) => void;
}) {
  return (
    <fieldset className="ticks">
      <legend>{name}, none ticked: any</legend>
      {all.map((each) => (
        <label key={each} className="rowed">
          <input
            type="checkbox"
            checked={chosen.includes(each)}
            onChange={(event) =>
              onChange(event.target.checked ? [...chosen, each] : chosen.filter((other) => other !== each))
            }
          />
          {each}
        </label>
      ))}
    </fieldset>
  );
}

function Names({
  name,
  all = [],
  onChange,
}: {
  name: string;
  all?: string[] | undefined;
  onChange: (all: string[]) => void;
}) {
  const [words, setWords] = useState(all.join(", "));
  return (
    <label className="field">
      {name}, with commas between; empty: any
      <input
        value={words}
        onChange={(event) => {
          setWords(event.target.value);
          onChange(
            event.target.value
              .split(",")
              .map((each) => each.trim())
              .filter(Boolean),
          );
        }}
      />
    </label>
  );
}

function Figure({
  name,
  most,
  value,
  onChange,
}: {
  name: string;
  most: number;
  value: number | null;
  onChange: (value: number | null) => void;
}) {
  return (
    <label className="field">
      {name}; empty: as the line says
      <input
        type="number"
        min={1}
        max={most}
        value={value ?? ""}
        onChange={(event) => onChange(event.target.value === "" ? null : Number(event.target.value))}
      />
    </label>
  );
}
