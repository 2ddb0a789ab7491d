import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { type Frame, useEvents } from "../api/live";
import { session } from "../api/session";
import { heard, type Mark, type Marks } from "./marks";

/** What others do meanwhile: marked in its place. What is new is counted and waits until it is asked for. */
export function useHeard(marked: Marks, mark: (changes: readonly (readonly [string, Mark | null])[]) => void) {
  const client = useQueryClient();
  const me = useQuery(session).data?.name;
  const [fresh, setFresh] = useState(0);
  const known = useRef(marked);
  known.current = marked;
  useEvents(
    useCallback(
      ({ type, data }: Frame) => {
        if (type === "proposal.created") setFresh((count) => count + 1);
        if (type === "proposals.metrics_updated") void client.invalidateQueries({ queryKey: ["counts"] });
        const { proposal_id: id, actor } = data as { proposal_id?: string; actor?: string };
        const change = id === undefined ? undefined : heard(type, actor, known.current.get(id), me);
        if (id !== undefined && change !== undefined) mark([[id, change]]);
      },
      [client, mark, me],
    ),
  );
  return { fresh, clearFresh: useCallback(() => setFresh(0), []) };
}
