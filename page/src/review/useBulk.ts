import { useState } from "react";
import type { Schemas } from "../api/client";
import { type Filters, listKey } from "./filters";
import type { Item } from "./item";

export type BulkVerb = Exclude<Schemas["BulkAction"], "undo" | "group">;
export type Bulk = ReturnType<typeof useBulk>;

interface Selection {
  /** The list that it was made in: in another one nothing is selected. */
  list: string;
  chosen: ReadonlySet<string>;
  everything: boolean;
}

/** What is selected: some by hand, or all that fit the filter that is seen. */
export function useBulk(filters: Filters, items: Item[], current: Item | undefined) {
  const list = listKey(filters);
  const nothing: Selection = { list, chosen: new Set(), everything: false };
  const [kept, keep] = useState(nothing);
  const [asking, setAsking] = useState<BulkVerb>();
  const { chosen, everything } = kept.list === list ? kept : nothing;
  const change = (id: string, wanted: boolean) => {
    const others = [...chosen].filter((each) => each !== id);
    keep({ ...nothing, chosen: new Set(wanted ? [...others, id] : others) });
  };
  return {
    chosen,
    everything,
    asking,
    /** In the order of the list. */
    items: items.filter((each) => chosen.has(each.id)),
    has: (id: string) => everything || chosen.has(id),
    toggle: () => current && change(current.id, !chosen.has(current.id)),
    add: () => current && change(current.id, true),
    all: () => keep({ ...nothing, everything: !everything }),
    ask: setAsking,
    cancel: () => setAsking(undefined),
    clear: () => {
      keep(nothing);
      setAsking(undefined);
    },
  };
}
