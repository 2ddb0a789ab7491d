import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type Filters, listKey } from "./filters";
import { type Item, ofScreen } from "./item";
import { isDecided, type Marks } from "./marks";
import { queue, screen } from "./queries";

const AHEAD = 2;
const NEARLY_AT_THE_END = 40;
const ADDRESS_DELAY_MS = 300;

interface Asked {
  filters: Filters;
  marked: Marks;
  /** Whether somebody else reads it now, so that going on by itself leaves it out. */
  isRead: (id: string) => boolean;
  onOpened: (id: string) => void;
}

/** Which proposal is open, what comes before and after it, and what is fetched before anybody asks for it. */
export function usePosition({ filters, marked, isRead, onOpened }: Asked) {
  const client = useQueryClient();
  const list = useInfiniteQuery(queue(filters));
  const items = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const told = useRef<string>(undefined);
  const [openId, setOpenId] = useOpen(filters, told);
  const listed = items.findIndex((each) => each.id === openId);
  const apart = useApart(openId, listed < 0);
  const current = apart ?? items[Math.max(0, listed)];
  const index = apart ? -1 : Math.max(0, listed);

  const neighbour = useCallback(
    (from: number, by: 1 | -1): Item | undefined => {
      for (let at = from + by; at >= 0 && at < items.length; at += by) {
        const item = items[at];
        if (item && !isDecided(marked.get(item.id)) && !isRead(item.id)) return item;
      }
      return undefined;
    },
    [items, marked, isRead],
  );

  const isShown = useQuery({ ...screen(current?.id ?? ""), enabled: current !== undefined }).isFetched;
  useEffect(() => {
    if (!isShown) return; // what is read now comes first
    let at = index;
    for (let count = 0; count < AHEAD; count++) {
      const next = neighbour(at, 1);
      if (!next) break;
      at = items.indexOf(next);
      void client.prefetchQuery(screen(next.id));
    }
    if (index > items.length - NEARLY_AT_THE_END && list.hasNextPage && !list.isFetchingNextPage)
      void list.fetchNextPage();
  }, [client, index, isShown, items, list, neighbour]);

  const tell = useRef(onOpened);
  tell.current = onOpened;
  useEffect(() => {
    if (!current || current.id === filters.open) return undefined;
    const timer = setTimeout(() => {
      told.current = current.id;
      tell.current(current.id);
    }, ADDRESS_DELAY_MS);
    return () => clearTimeout(timer);
  }, [current, filters.open]);

  return { list, items, current, index, neighbour, open: setOpenId };
}

/** What is open. The address follows it, and it follows the address where others changed that: Back, a link. */
function useOpen(filters: Filters, told: RefObject<string | undefined>) {
  const list = listKey(filters);
  const [state, setState] = useState({ list, address: filters.open, id: filters.open });
  const set = useCallback((id: string | undefined) => setState((old) => ({ ...old, id })), []);
  if (state.list !== list || state.address !== filters.open) {
    const isEcho = state.list === list && filters.open === told.current;
    setState({ list, address: filters.open, id: isEcho ? state.id : filters.open });
  }
  return [state.id, set] as const;
}

/** An item that the address names and the list does not hold, or not yet: it is fetched alone. */
function useApart(id: string | undefined, wanted: boolean): Item | undefined {
  const found = useQuery({ ...screen(id ?? ""), enabled: wanted && id !== undefined });
  return useMemo(() => (wanted && found.data ? ofScreen(found.data) : undefined), [wanted, found.data]);
}
