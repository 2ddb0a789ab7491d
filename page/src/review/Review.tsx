import "./review.css";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import { useRight } from "../api/session";
import { useLiveLine } from "../app/Shell";
import { useShortcuts } from "../ui/keys";
import { Failed } from "../ui/States";
import { Toasts } from "../ui/Toasts";
import { Actions } from "./Actions";
import { BulkDialog } from "./BulkDialog";
import { EditDialog } from "./EditDialog";
import { clean, type Filters } from "./filters";
import type { Item } from "./item";
import { MergeDialog } from "./MergeDialog";
import { isDecided } from "./marks";
import { NoteDialog } from "./NoteDialog";
import { NothingWaits } from "./NothingWaits";
import { Queue } from "./Queue";
import { snooze } from "./queries";
import { RejectDialog } from "./RejectDialog";
import { Screen } from "./Screen";
import { SnoozeDialog } from "./SnoozeDialog";
import { useBulk } from "./useBulk";
import { type Decision, useDecisions } from "./useDecisions";
import { useHeard } from "./useHeard";
import { usePosition } from "./usePosition";

type Sheet = "reject" | "merge" | "edit" | "note" | "snooze";
const route = getRouteApi("/review");

export function Review() {
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  const client = useQueryClient();
  const line = useLiveLine();
  const mayDecide = useRight("review");
  const [sheet, setSheet] = useState<Sheet>();
  const [listShown, setListShown] = useState(false);
  const [candidate, setCandidate] = useState<string>();
  const drawn = useRef<string>(undefined);
  const returned = useRef<(item: Item) => void>(() => undefined);
  const decisions = useDecisions(useCallback((item: Item) => returned.current(item), []));
  const { marked } = decisions;

  const onOpened = (open: string) => void navigate({ search: (old) => ({ ...old, open }), replace: true });
  const { list, items, current, index, neighbour, open } = usePosition(filters, marked, onOpened);
  const bulk = useBulk(filters, items, current);
  const { fresh, clearFresh } = useHeard(marked, decisions.mark);

  const go = useCallback(
    (item: Item | undefined) => {
      if (!item) return;
      setCandidate(undefined);
      setListShown(false);
      open(item.id);
    },
    [open],
  );
  returned.current = go;

  const mark = current && marked.get(current.id);
  const isOpen = Boolean(current?.status === "pending" && !isDecided(mark));
  const decidable = () => (current && mayDecide && isOpen && drawn.current === current.id ? current : undefined);
  const decide = (decision: Decision) => {
    const item = decidable();
    if (!item) return;
    setSheet(undefined);
    decisions.decide(item, decision);
    go(neighbour(index, 1) ?? neighbour(index, -1));
  };
  const putOff = async (item: Item, until: Date, notes: string) => {
    setSheet(undefined);
    go(neighbour(index, 1) ?? neighbour(index, -1));
    try {
      await snooze(item.id, until, notes);
      decisions.mark([[item.id, { verb: "snoozed" }]]);
      decisions.say({ id: item.id, text: `Put off: ${item.title}`, undo: () => void callBack(item) });
    } catch (error) {
      decisions.say({ id: item.id, text: (error as Error).message, wrong: true });
    }
  };
  const callBack = async (item: Item) => {
    await snooze(item.id, null);
    decisions.mark([[item.id, null]]);
    go(item);
  };
  const ask = (which: Sheet) => decidable() && setSheet(which);
  const reload = useCallback(() => {
    clearFresh();
    void client.resetQueries({ queryKey: ["queue"] });
    void client.invalidateQueries({ queryKey: ["counts"] });
  }, [clearFresh, client]);
  const select = (by: 1 | -1) => {
    bulk.add();
    go(items[index + by]);
  };
  const filter = (change: Filters) => {
    open(undefined);
    bulk.clear();
    void navigate({ search: (old) => clean({ ...old, ...change, open: undefined }) });
  };

  useShortcuts([
    { key: "j", does: "Next", act: () => go(items[index + 1]), repeats: true },
    { key: "k", does: "Back, also to what you decided", act: () => go(items[index - 1]), repeats: true },
    { key: "a", does: "Approve", act: () => decide({ verb: "approved" }) },
    { key: "r", does: "Reject", act: () => decide({ verb: "rejected" }) },
    { key: "R", does: "Reject with a reason", act: () => ask("reject") },
    { key: "m", does: "Merge", act: () => ask("merge") },
    { key: "e", does: "Edit, then approve", act: () => ask("edit") },
    { key: "s", does: "Put off", act: () => ask("snooze") },
    { key: "n", does: "Add a note", act: () => current && mayDecide && setSheet("note") },
    { key: "z", does: "Undo", act: () => void decisions.undoLast() },
    { key: "x", does: "Select", act: bulk.toggle },
    { key: "J", does: "Select and next", act: () => select(1), repeats: true },
    { key: "K", does: "Select and back", act: () => select(-1), repeats: true },
    { key: "*", does: "Select all that fit", act: bulk.all },
    { key: ".", does: "Load what came in", act: reload },
    { key: "/", does: "Search", act: () => document.querySelector<HTMLInputElement>("#find")?.focus(), always: true },
    ...[1, 2, 3, 4, 5].map((place) => ({
      key: String(place),
      does: "Set the one of this number beside it",
      act: () => setCandidate(document.querySelector<HTMLElement>(`[data-candidate="${place}"]`)?.dataset.id),
    })),
  ]);
  useEffect(() => {
    document.title = "Review · Assay";
  }, []);

  return (
    <main id="content" className="review" data-line={line} data-list={listShown || undefined}>
      <h1 className="hidden">Review</h1>
      <Queue
        {...{ items, marked, filters, fresh, line, bulk, listShown }}
        current={current?.id}
        loading={list.isPending}
        onOpen={go}
        onReload={reload}
        onFilter={filter}
        onShowList={() => setListShown(!listShown)}
      />
      {list.isError && !current && <Failed error={list.error} retry={reload} />}
      {!current && list.isSuccess && <NothingWaits filters={filters} onFilter={filter} />}
      {current && (
        <article className="screen" data-id={current.id} aria-labelledby="what">
          <Screen
            key={current.id}
            {...{ item: current, mark, candidate }}
            onCandidate={setCandidate}
            onDrawn={(id) => {
              drawn.current = id;
            }}
            onUndo={() => void decisions.undoOf(current.id)}
          />
          <Actions disabled={!mayDecide || !isOpen} onDecide={decide} onAsk={ask} />
        </article>
      )}
      {current && sheet === "reject" && (
        <RejectDialog onClose={() => setSheet(undefined)} onReject={(notes) => decide({ verb: "rejected", notes })} />
      )}
      {current && sheet === "merge" && (
        <MergeDialog item={current} chosen={candidate} onClose={() => setSheet(undefined)} onMerge={decide} />
      )}
      {current && sheet === "edit" && (
        <EditDialog item={current} onClose={() => setSheet(undefined)} onSaved={list.refetch} onApprove={decide} />
      )}
      {current && sheet === "note" && <NoteDialog id={current.id} onClose={() => setSheet(undefined)} />}
      {current && sheet === "snooze" && (
        <SnoozeDialog
          onClose={() => setSheet(undefined)}
          onSnooze={(until, notes) => void putOff(current, until, notes)}
        />
      )}
      {bulk.asking && <BulkDialog {...{ bulk, filters }} onDone={reload} onSay={decisions.say} />}
      <Toasts all={decisions.toasts} />
    </main>
  );
}
