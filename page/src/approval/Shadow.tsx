import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Refused } from "../api/client";
import { useRight } from "../api/session";
import { number, percent } from "../ui/format";
import { Complaint, Failed } from "../ui/States";
import { type Policy, save, shadow } from "./queries";

/** Rules that decide on paper only: how far they agree with those in force. */
export function Shadow({ current }: { current: Policy }) {
  const client = useQueryClient();
  const mayChange = useRight("admin");
  const found = useQuery({ ...shadow, enabled: current.document.shadow != null });
  const end = useMutation({
    mutationFn: () => save({ ...current.document, shadow: null }, current.version, "no more rules on paper"),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["policy"] }),
  });
  if (current.document.shadow == null)
    return (
      <section className="panel" aria-labelledby="shadow">
        <h2 id="shadow">On paper</h2>
        <p className="why">
          No other rules are tried. Move the line and choose <em>Try it on paper</em>: it decides nothing, and shows
          where it would have decided otherwise.
        </p>
      </section>
    );
  return (
    <section className="panel" aria-labelledby="shadow">
      <h2 id="shadow" className="rowed">
        On paper
        {mayChange && (
          <button type="button" className="button small push" disabled={end.isPending} onClick={() => end.mutate()}>
            End it
          </button>
        )}
      </h2>
      {found.error instanceof Refused && <Failed error={found.error} />}
      {found.data && (
        <>
          <p>{found.data.sentence}</p>
          <dl className="figures">
            <Figure name="would both approve" value={number(found.data.agreement.both)} />
            <Figure name="only the rules in force" value={number(found.data.agreement.first_only)} />
            <Figure name="only those on paper" value={number(found.data.agreement.second_only)} />
            <Figure name="agreement" value={percent(found.data.agreement.share, true)} />
          </dl>
        </>
      )}
      <Complaint error={end.error} />
    </section>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
