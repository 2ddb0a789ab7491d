import { useState } from "react";
import type { Filters } from "./filters";
import type { Item } from "./item";

export type BulkVerb = "approve" | "reject";
export type Bulk = ReturnType<typeof useBulk>;

/** What is selected: some by hand, or all that fit the filter that is seen. */
export function useBulk(_filters: Filters, items: Item[], current: Item | undefined) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [everything, setEverything] = useState(false);
  const [asking, setAsking] = useState<BulkVerb>();
  const clear = () => {
    setChosen(new Set());
    setEverything(false);
    setAsking(undefined);
  };
  const change = (id: string, wanted: boolean) => {
    setEverything(false);
    setChosen((old) => new Set(wanted ? [...old, id] : [...old].filter((each) => each !== id)));
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
    all: () => {
      setChosen(new Set());
      setEverything(!everything);
    },
    ask: setAsking,
    cancel: () => setAsking(undefined),
    clear,
  };
}
