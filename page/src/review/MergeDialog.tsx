import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answered, api, of, type Schemas, written } from "../api/client";
import { Dialog } from "../ui/Dialog";
import { plural } from "../ui/format";
import { Complaint } from "../ui/States";
import type { Decision } from "./decision";
import type { Item } from "./item";
import { MergeTarget } from "./MergeTarget";
import { screen } from "./queries";

type Choice = Schemas["Choice"];
type Preview = Schemas["MergePreview"];

interface Props {
  item: Item;
  /** The candidate that is shown beside it. */
  chosen: string | undefined;
  onClose: () => void;
  onMerge: (decision: Decision) => void;
}

function preview(item: Item, into: string | undefined, fields: Record<string, Choice>) {
  return {
    queryKey: ["preview", item.id, item.version, into, fields],
    enabled: into !== undefined,
    retry: false,
    placeholderData: (before: Preview | undefined) => (before?.target_id === into ? before : undefined),
    queryFn: (): Promise<Preview> => {
      const path = of(item.kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}/merge/preview");
      const params = { path: { proposal_id: item.id }, header: written() };
      return answered(api.POST(path, { params, body: { into: into ?? "", fields } }));
    },
  };
}

/** What is merged into, what becomes of each field, and what comes of it, before it is done. */
export function MergeDialog({ item, chosen, onClose, onMerge }: Props) {
  const shownItem = useQuery(screen(item.id)).data;
  const best = shownItem?.match?.other.is_entity ? shownItem.match.other.id : undefined;
  const [picked, setInto] = useState(chosen);
  const into = picked ?? best;
  const near = (shownItem?.candidates ?? []).filter((each) => each.is_entity);
  const [fields, setFields] = useState<Record<string, Choice>>({});
  const shown = useQuery(preview(item, into, fields));
  const pick = (id: string) => {
    setInto(id);
    setFields({});
  };
  const merge = () => into && shown.data && onMerge({ verb: "merged", into, fields });
  return (
    <Dialog title="Merge into what is known" onClose={onClose} onDone={merge}>
      <MergeTarget
        kind={item.kind}
        near={near.map((each) => ({ ...each, alike: each.score }))}
        into={into}
        onPick={pick}
      />
      <Complaint error={shown.error} />
      {shown.data && <Outcome preview={shown.data} onChoose={(name, c) => setFields({ ...fields, [name]: c })} />}
      <div className="foot">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button primary" disabled={!shown.data || shown.isError} onClick={merge}>
          Merge <kbd>Ctrl ↵</kbd>
        </button>
      </div>
    </Dialog>
  );
}

function Outcome({ preview: shown, onChoose }: { preview: Preview; onChoose: (name: string, choice: Choice) => void }) {
  const differing = shown.fields.filter((each) => JSON.stringify(each.target) !== JSON.stringify(each.source));
  return (
    <>
      {differing.length > 0 && (
        <div className="wide">
          <table className="fields">
            <thead>
              <tr>
                <th>Field</th>
                <th>Known</th>
                <th>Proposed</th>
                <th>Take</th>
              </tr>
            </thead>
            <tbody>
              {differing.map((each) => (
                <tr key={each.name}>
                  <th scope="row">{each.name}</th>
                  <td data-kept={each.choice !== "take" || undefined}>{asText(each.target)}</td>
                  <td data-kept={each.choice !== "keep" || undefined}>{asText(each.source)}</td>
                  <td>
                    <select
                      aria-label={`What becomes of ${each.name}`}
                      value={each.choice}
                      onChange={(event) => onChoose(each.name, event.target.value as Choice)}
                    >
                      <option value="keep">known</option>
                      <option value="take">proposed</option>
                      {isList(each.target) && <option value="both">both</option>}
                    </select>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p className="why">
        {shown.target_title} gets {plural(shown.evidence_of_source, "quote")} beside its {shown.evidence_of_target}.
        {shown.filings_gained.length > 0 && ` It is filed under ${shown.filings_gained.join(", ")} too.`}
      </p>
      {shown.conflicts.map((each) => (
        <p key={each} className="why" role="note">
          {each}
        </p>
      ))}
    </>
  );
}

function isList(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function asText(value: unknown): string {
  if (value === null || value === undefined || value === "") return "nothing";
  if (Array.isArray(value)) return value.join(", ") || "nothing";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
