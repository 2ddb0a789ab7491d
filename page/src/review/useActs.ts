import { useQueryClient } from "@tanstack/react-query";
import type { Shortcut } from "../ui/keys";
import { undoBulk } from "./bulk";
import type { Decision } from "./decision";
import type { Filters } from "./filters";
import type { GroupAnswer } from "./GroupDialog";
import type { Item, ReviewScreen } from "./item";
import { KEYS, type Named } from "./keys";
import type { Mark } from "./marks";
import { maybeTheSame, nextForMe, notTheSame, screen } from "./queries";
import type { Sheet } from "./Sheets";
import type { Bulk } from "./useBulk";
import type { useDecisions } from "./useDecisions";
import type { usePosition } from "./usePosition";

export type Acts = Record<Named, () => void>;

interface Around {
  filters: Filters;
  position: ReturnType<typeof usePosition>;
  decisions: ReturnType<typeof useDecisions>;
  bulk: Bulk;
  candidate: string | undefined;
  /** The open item, where it is drawn as a whole and may be decided. */
  decidable: () => Item | undefined;
  go: (item: Pick<Item, "id"> | undefined) => void;
  reload: () => void;
  show: (sheet: Sheet | undefined) => void;
  setsBeside: (id: string | undefined) => void;
}

const MAY_REPEAT: ReadonlySet<Named> = new Set(["next", "back", "selectNext", "selectBack"]);
const NO_LETTER: ReadonlySet<Named> = new Set(["search"]);
const MOST_PASSED = 500;

/** What can be done here, by the names that keys and buttons have. */
export function useActs(around: Around) {
  const { position, decisions, bulk, decidable, go, show } = around;
  const { items, index, neighbour, current } = position;
  const onwards = () => go(neighbour(index, 1) ?? neighbour(index, -1));
  const decide = (decision: Decision) => {
    const item = decidable();
    if (!item) return;
    show(undefined);
    decisions.decide(item, decision);
    onwards();
  };
  const decideGroup = (answer: GroupAnswer, rest: "merge" | "reject") => {
    show(undefined);
    const done = answer.items.filter((each) => each.done);
    const refused = answer.items.find((each) => !each.done);
    if (done.length === 0)
      return decisions.say({ id: "group", text: refused?.message ?? "Nothing was done.", wrong: true });
    const verb = rest === "merge" ? "merged" : "rejected";
    const marks = done.map(({ id, entity_id }): [string, Mark] => [id, { verb: entity_id === id ? "approved" : verb }]);
    decisions.mark(marks);
    const known = items.filter((each) => done.some(({ id }) => id === each.id));
    const back = () => undoBulk(answer.bulk_id);
    decisions.remember({ id: answer.bulk_id, items: known, sent: Promise.resolve(), back }, `${done.length} decided.`);
    onwards();
  };
  const ask = (sheet: Sheet) => decidable() && show(sheet);
  const select = (by: 1 | -1) => {
    bulk.add();
    go(items[index + by]);
  };
  const client = useQueryClient();
  const replace = () => {
    const item = decidable();
    const old = item && client.getQueryData<ReviewScreen>(screen(item.id).queryKey)?.supersedes;
    if (old) decide({ verb: "approved", inPlaceOf: old.id });
  };
  const apart = useNotTheSame(around);
  const free = useNextForMe(around);
  const acts: Acts = {
    next: () => go(items[index + 1]),
    back: () => go(items[index - 1]),
    decided: () => go(decisions.decidedBefore(current?.id)),
    free,
    approve: () => decide({ verb: "approved" }),
    reject: () => decide({ verb: "rejected" }),
    reason: () => ask("reason"),
    replace,
    merge: () => ask("merge"),
    group: () => ask("group"),
    apart,
    edit: () => ask("edit"),
    snooze: () => ask("snooze"),
    note: () => ask("note"),
    assign: () => ask("assign"),
    undo: () => void decisions.undoLast(),
    select: () => bulk.toggle(),
    selectNext: () => select(1),
    selectBack: () => select(-1),
    all: () => bulk.all(),
    reload: around.reload,
    search: () => document.querySelector<HTMLInputElement>("#find")?.focus(),
  };
  return { acts, decide, decideGroup };
}

/** Remembers that the open one is not what it is set beside. It stays. */
function useNotTheSame({ decidable, candidate, decisions, setsBeside }: Around) {
  const client = useQueryClient();
  return async () => {
    const item = decidable();
    const shown = item && client.getQueryData<ReviewScreen>(screen(item.id).queryKey);
    const other = candidate ?? shown?.match?.other.id;
    if (!item || !other) return;
    try {
      await notTheSame(item.kind, item.id, other, shown?.proposal.version);
      const back = () => maybeTheSame(item.kind, item.id, other);
      const done = { id: `apart ${item.id} ${other}`, items: [item], sent: Promise.resolve(), back };
      decisions.remember(done, "Remembered: not the same.");
      setsBeside(undefined);
    } catch (error) {
      decisions.say({ id: `apart ${item.id}`, text: (error as Error).message, wrong: true });
    }
    await client.invalidateQueries({ queryKey: ["proposal", item.id] });
  };
}

/** The next that nobody else reads, beyond what was looked at here. */
function useNextForMe({ filters, position, decisions, go }: Around) {
  return async () => {
    const { items, index, current } = position;
    const passed = [...items.slice(0, index + 1), ...(current ? [current] : [])].map((each) => each.id);
    try {
      const { id } = await nextForMe(filters, passed.slice(-MOST_PASSED));
      if (id) go({ id });
      else decisions.say({ id: "next", text: "Somebody else is reading each of the others." });
    } catch (error) {
      decisions.say({ id: "next", text: (error as Error).message, wrong: true });
    }
  };
}

/** The keys of the page, from the one list of them. */
export function shortcuts(acts: Acts, onBeside: (id: string | undefined) => void): Shortcut[] {
  const named = Object.entries(KEYS) as [Named, (typeof KEYS)[Named]][];
  const beside = [1, 2, 3, 4, 5].map((place) => ({
    key: String(place),
    does: "Compare it with the one of this number",
    act: () => onBeside(document.querySelector<HTMLElement>(`[data-candidate="${place}"]`)?.dataset.id),
  }));
  return [
    ...named.map(([name, [key, does]]) => ({
      ...{ key, does },
      act: () => acts[name](),
      repeats: MAY_REPEAT.has(name),
      always: NO_LETTER.has(name),
    })),
    ...beside,
  ];
}
