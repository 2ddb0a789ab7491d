import type { UseInfiniteQueryResult, UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Refused } from "../api/client";

/** What was asked for, once it is there; before, that it is on its way; else why not, and a way to try again. */
export function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return (
    <p className="wait" role="status">
      Loading…
    </p>
  );
}

export function Failed({ error, retry }: { error: Error; retry?: () => void }) {
  const known = error instanceof Refused;
  return (
    <div className="empty" role="alert">
      <h2>{known && error.status === 403 ? "Not for your role" : "This could not be loaded"}</h2>
      <p>{error.message}</p>
      {retry && (
        <button type="button" className="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** The refusal of something that was tried, in a sentence. */
export function Complaint({ error }: { error: Error | null }) {
  if (!error) return null;
  return (
    <p className="wrong" role="alert">
      {error.message}
    </p>
  );
}

/** Goes on with a list that has more than it shows. */
export function More({ list }: { list: UseInfiniteQueryResult }) {
  if (!list.hasNextPage) return null;
  return (
    <button
      type="button"
      className="button"
      disabled={list.isFetchingNextPage}
      onClick={() => void list.fetchNextPage()}
    >
      Show more
    </button>
  );
}
