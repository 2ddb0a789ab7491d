import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { session } from "../api/session";
import { Dialog } from "../ui/Dialog";
import { Complaint } from "../ui/States";
import { clean, type Filters, fromSearch, isNarrowed, listKey, UNFILTERED } from "./filters";
import { deleteView, saveView, views } from "./queries";

const OWN = "own:";

interface Props {
  filters: Filters;
  onFilter: (change: Filters) => void;
}

/** Filters with a name: three for everybody, and those that one saved. */
function useViews(filters: Filters) {
  const me = useQuery(session).data?.user_id;
  const saved = useQuery(views).data?.items ?? [];
  const all: { key: string; name: string; filters: Filters }[] = [
    { key: "all", name: "All that wait", filters: {} },
    { key: "mine", name: "Mine to decide", filters: { assignee: me } },
    { key: "off", name: "Put off", filters: { snoozed: true } },
    ...saved.map((each) => ({ key: OWN + each.id, name: each.name, filters: asFilters(each) })),
  ];
  const seen = listKey(filters);
  const current = all.find((each) => listKey(each.filters) === seen);
  return { all, current };
}

/** Which of them is seen, and the choice of another. */
export function ViewPick({ filters, onFilter }: Props) {
  const { all, current } = useViews(filters);
  return (
    <select
      aria-label="View"
      value={current?.key ?? ""}
      onChange={(event) => {
        const chosen = all.find((each) => each.key === event.target.value);
        if (chosen) onFilter({ ...UNFILTERED, sort: undefined, ...chosen.filters });
      }}
    >
      {!current && <option value="">{isNarrowed(filters) || filters.kind ? "Filtered" : "Another order"}</option>}
      {all.map((each) => (
        <option key={each.key} value={each.key}>
          {each.name}
        </option>
      ))}
    </select>
  );
}

/** A name for what is seen, or the end of one. */
export function ViewNames({ filters }: Pick<Props, "filters">) {
  const client = useQueryClient();
  const { current } = useViews(filters);
  const [naming, setNaming] = useState(false);
  const remove = useMutation({
    mutationFn: deleteView,
    onSettled: () => client.invalidateQueries({ queryKey: views.queryKey }),
  });
  const own = current?.key.startsWith(OWN) ? current.key.slice(OWN.length) : undefined;
  return (
    <>
      {!current && (
        <button type="button" className="button small" onClick={() => setNaming(true)}>
          Save view…
        </button>
      )}
      {own && (
        <button type="button" className="button small" disabled={remove.isPending} onClick={() => remove.mutate(own)}>
          Delete view
        </button>
      )}
      {naming && <Naming filters={filters} onClose={() => setNaming(false)} />}
    </>
  );
}

/** As the address has it. */
function asFilters({ filter, sort }: { filter: object & { kind?: string[] }; sort: string }): Filters {
  const kind = filter.kind?.length === 1 ? filter.kind[0] : undefined;
  return clean(fromSearch({ ...filter, kind, sort }));
}

function Naming({ filters, onClose }: { filters: Filters; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const save = useMutation({
    mutationFn: () => saveView(name, filters),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: views.queryKey });
      onClose();
    },
  });
  const done = () => name.trim() && save.mutate();
  return (
    <Dialog title="Save this view" onClose={onClose} onDone={done}>
      <label className="field">
        Name
        <input value={name} maxLength={100} autoFocus onChange={(event) => setName(event.target.value)} />
      </label>
      <p className="why">The filter and its order are saved, for you alone. Using a name again replaces that view.</p>
      <Complaint error={save.error} />
      <div className="foot">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button primary" disabled={!name.trim() || save.isPending} onClick={done}>
          Save <kbd>Ctrl ↵</kbd>
        </button>
      </div>
    </Dialog>
  );
}
