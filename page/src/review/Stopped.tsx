import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { number } from "../ui/format";
import { Complaint } from "../ui/States";
import { type Progress, toItsEnd, undoBulk, unfinished } from "./bulk";
import { inWords } from "./bulkWords";

const stopped = {
  queryKey: ["bulk", "stopped"],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: ({ signal }: { signal: AbortSignal }) => unfinished(signal),
};

/** What was done with many and stopped on the way says where, and goes on or is taken back. */
export function Stopped({ onDone }: { onDone: () => void }) {
  const found = useQuery(stopped).data ?? [];
  return found.map((each) => <One key={each.id} one={each} onDone={onDone} />);
}

function One({ one, onDone }: { one: Progress; onDone: () => void }) {
  const client = useQueryClient();
  const settle = useMutation({
    mutationFn: (goOn: boolean) => (goOn ? toItsEnd(one, () => undefined) : undoBulk(one.id)),
    onSuccess: onDone,
    onSettled: () => client.invalidateQueries({ queryKey: stopped.queryKey }),
  });
  return (
    <div className="rowed bulk" role="group" aria-label="Stopped on the way">
      <span>
        {inWords(one.action)} stopped at {number(one.taken)} of {number(one.total)}
      </span>
      <button type="button" className="button small" disabled={settle.isPending} onClick={() => settle.mutate(true)}>
        Go on
      </button>
      {one.undoes === null && (
        <button type="button" className="button small" disabled={settle.isPending} onClick={() => settle.mutate(false)}>
          Take it back
        </button>
      )}
      <Complaint error={settle.error} />
    </div>
  );
}
