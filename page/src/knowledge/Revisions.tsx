import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answered, api, type Kind, of, type Schemas, written } from "../api/client";
import { useRight } from "../api/session";
import { Diff } from "../ui/Diff";
import { plural, when } from "../ui/format";
import { Complaint } from "../ui/States";
import { revisions } from "./queries";

type Revision = Schemas["RevisionView"];

interface Props {
  kind: Kind;
  id: string;
  revision: number;
}

/** What it said before, what changed, and a way back. */
export function Revisions({ kind, id, revision }: Props) {
  const [shown, setShown] = useState(false);
  const all = useQuery({ ...revisions(kind, id), enabled: shown }).data;
  if (revision < 2) return null;
  return (
    <details className="block" onToggle={(event) => setShown(event.currentTarget.open)}>
      <summary>{plural(revision, "revision")}</summary>
      {all?.map((each, at) => (
        <One key={each.number} {...{ kind, id, revision }} one={each} before={all[at + 1]} />
      ))}
    </details>
  );
}

function words({ snapshot }: Revision): string {
  return [snapshot.title ?? snapshot.name, snapshot.body ?? snapshot.content ?? snapshot.description]
    .filter(Boolean)
    .join("\n");
}

function One({ kind, id, revision, one, before }: Props & { one: Revision; before: Revision | undefined }) {
  const client = useQueryClient();
  const mayRestore = useRight("review");
  const restore = useMutation({
    mutationFn: () => {
      const path = of(kind, "/api/v1/knowledge/atoms/{entity_id}/revisions/{number}/restore");
      const params = { path: { entity_id: id, number: one.number }, header: written(revision) };
      return answered(api.POST(path, { params, body: {} }));
    },
    onSuccess: () => {
      for (const key of ["entity", "revisions"]) void client.invalidateQueries({ queryKey: [key, id] });
    },
  });
  return (
    <div className="revision">
      <p className="rowed why">
        <strong>{one.number}</strong> {one.change_type} by {one.changed_by}, {when(one.changed_at)}
        {mayRestore && one.number !== revision && (
          <button
            type="button"
            className="button small push"
            disabled={restore.isPending}
            onClick={() => restore.mutate()}
          >
            Restore
          </button>
        )}
      </p>
      <Diff before={before ? words(before) : ""} after={words(one)} names={["before", "after"]} />
      {one.reason && <p className="why">{one.reason}</p>}
      <Complaint error={restore.error} />
    </div>
  );
}
