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
import { clean, type Filters } from "./filters";
import type { Item } from "./item";
import { isDecided } from "./marks";
import { NothingWaits } from "./NothingWaits";
import { Queue } from "./Queue";
import { Screen } from "./Screen";
import { type Sheet, Sheets } from "./Sheets";
import { shortcuts, useActs } from "./useActs";
import { useBulk } from "./useBulk";
import { type Done, useDecisions } from "./useDecisions";
import { useHeard } from "./useHeard";
import { usePosition } from "./usePosition";
import { useReaders } from "./useReaders";

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
  const returned = useRef<(item: Item | undefined) => void>(() => undefined);
  const decisions = useDecisions(useCallback((item) => returned.current(item), []));
  const { marked } = decisions;
  const { others, isRead } = useReaders();

  const onOpened = (open: string) => void navigate({ search: (old) => ({ ...old, open }), replace: true });
  const position = usePosition({ filters, marked, isRead, onOpened });
  const { list, items, current, open } = position;
  const bulk = useBulk(filters, items, current);
  const { fresh, clearFresh } = useHeard(marked, decisions.mark);

  const go = useCallback(
    (item: Pick<Item, "id"> | undefined) => {
      if (!item) return;
      setCandidate(undefined);
      setListShown(false);
      open(item.id);
    },
    [open],
  );
  const reload = useCallback(() => {
    clearFresh();
    void client.resetQueries({ queryKey: ["queue"] });
    void client.invalidateQueries({ queryKey: ["counts"] });
  }, [clearFresh, client]);
  returned.current = (item) => (item ? go(item) : reload());
  const filter = (change: Filters) => {
    bulk.clear();
    void navigate({ search: (old) => clean({ ...old, ...change, open: undefined }) });
  };

  const mark = current && marked.get(current.id);
  const isOpen = Boolean(current?.status === "pending" && !isDecided(mark));
  const decidable = () => (current && mayDecide && isOpen && drawn.current === current.id ? current : undefined);
  const { acts, decide, decideGroup } = useActs({
    ...{ filters, position, decisions, bulk, candidate, decidable, go, reload },
    show: setSheet,
    setsBeside: setCandidate,
  });
  const seenEmpty = list.isSuccess && !list.isFetching && items.length === 0;
  useEffect(() => {
    if (!seenEmpty || fresh === 0) return;
    clearFresh();
    void client.invalidateQueries({ queryKey: ["queue"] });
  }, [seenEmpty, fresh, clearFresh, client]);
  useShortcuts(shortcuts(acts, setCandidate));
  useEffect(() => {
    document.title = "Review · Assay";
  }, []);

  const doneWithMany = (one: Done, text: string) => {
    decisions.remember(one, text);
    bulk.clear();
    reload();
  };
  return (
    <main id="content" className="review" data-line={line} data-list={listShown || undefined}>
      <h1 className="hidden">Review</h1>
      <Queue
        {...{ items, marked, filters, fresh, line, bulk, listShown, readers: others }}
        asOf={list.dataUpdatedAt}
        current={current?.id}
        loading={list.isPending}
        onOpen={go}
        onReload={reload}
        onFilter={filter}
        onNextForMe={mayDecide ? acts.free : undefined}
        onShowList={() => setListShown(!listShown)}
      />
      {list.isError && !current && <Failed error={list.error} retry={reload} />}
      {!current && list.isSuccess && !list.hasNextPage && <NothingWaits filters={filters} onFilter={filter} />}
      {current && (
        <article className="screen" data-id={current.id} aria-labelledby="what">
          <Screen
            key={current.id}
            {...{ item: current, mark, candidate }}
            onCandidate={setCandidate}
            onAct={(name) => acts[name]()}
            onDrawn={(id) => {
              drawn.current = id;
            }}
            onMark={(change) => decisions.mark([[current.id, change]])}
            onUndo={() => void decisions.undoOf(current.id)}
          />
          <Actions disabled={!mayDecide || !isOpen} onAct={(name) => acts[name]()} />
        </article>
      )}
      {current && sheet && (
        <Sheets
          {...{ sheet, candidate, item: current }}
          onClose={() => setSheet(undefined)}
          onDecide={decide}
          onGroup={decideGroup}
          onDone={decisions.remember}
          onSaved={list.refetch}
        />
      )}
      {bulk.asking && <BulkDialog {...{ bulk, filters }} onDone={doneWithMany} />}
      <Toasts all={decisions.toasts} />
    </main>
  );
}
