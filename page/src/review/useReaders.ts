import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { session } from "../api/session";
import { readers } from "./queries";

export type Readers = ReadonlyMap<string, string>;

/** Who else reads what now, by proposal. */
export function useReaders() {
  const me = useQuery(session).data?.user_id;
  const found = useQuery(readers).data;
  const others: Readers = useMemo(
    () =>
      new Map(
        (found?.items ?? [])
          .filter((each) => each.user_id !== me)
          .map((each) => [each.proposal_id, each.name] as const),
      ),
    [found, me],
  );
  return { others, isRead: useCallback((id: string) => others.has(id), [others]) };
}
