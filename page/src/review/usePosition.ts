import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Filters } from "./filters";
import { type Item, ofScreen } from "./item";
import { isDecided, type Marks } from "./marks";
import { queue, screen } from "./queries";

const AHEAD = 2;
const NEARLY_AT_THE_END = 40;
const ADDRESS_DELAY_MS = 300;

/** Which proposal is open, what comes before and after it, and what is fetched before anybody asks for it. */
export function usePosition(filters: Filters, marked: Marks, onOpened: (id: string) => void) {
  const client = useQueryClient();
  const list = useInfiniteQuery(queue(filters));
  const items = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const [openId, setOpenId] = useState(filters.open);
  const listed = items.findIndex((each) => each.id === openId);
  const apart = useApart(openId, listed < 0 && !list.isPending);
  const current = apart ?? items[Math.max(0, listed)];
  const index = apart ? -1 : Math.max(0, listed);

  const neighbour = useCallback(
    (from: number, by: 1 | -1): Item | undefined => {
      for (let at = from + by; at >= 0 && at < items.length; at += by) {
        const item = items[at];
        if (item && !isDecided(marked.get(item.id))) return item;
      }
      return undefined;
    },
    [items, marked],
  );

  useEffect(() => {
    let at = index;
    for (let count = 0; count < AHEAD; count++) {
      const next = neighbour(at, 1);
      if (!next) break;
      at = items.indexOf(next);
      void client.prefetchQuery(screen(next.id));
    }
    if (index > items.length - NEARLY_AT_THE_END && list.hasNextPage && !list.isFetchingNextPage)
      void list.fetchNextPage();
  }, [client, index, items, list, neighbour]);

  const told = useRef(onOpened);
  told.current = onOpened;
  useEffect(() => {
    if (!current || current.id === filters.open) return undefined;
    const timer = setTimeout(() => told.current(current.id), ADDRESS_DELAY_MS);
    return () => clearTimeout(timer);
  }, [current, filters.open]);

  return { list, items, current, index, neighbour, open: setOpenId };
}

/** An item that the address names and the list does not hold: it is fetched alone. */
function useApart(id: string | undefined, wanted: boolean): Item | undefined {
  const found = useQuery({ ...screen(id ?? ""), enabled: wanted && id !== undefined });
  return useMemo(() => (wanted && found.data ? ofScreen(found.data) : undefined), [wanted, found.data]);
}
