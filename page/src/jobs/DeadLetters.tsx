import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answered, api } from "../api/client";
import { useRight } from "../api/session";
import { when } from "../ui/format";
import { Complaint, Loaded } from "../ui/States";

const letters = queryOptions({
  queryKey: ["jobs", "dead letters"],
  queryFn: ({ signal }) => answered(api.GET("/api/v1/jobs/dead-letters", { signal, params: { query: { limit: 50 } } })),
});

/** What the queue gave up on, and the way back. */
export function DeadLetters() {
  const client = useQueryClient();
  const mayReplay = useRight("admin");
  const replay = useMutation({
    mutationFn: (id: number) => {
      const params = { path: { letter_id: id } };
      return answered(api.POST("/api/v1/jobs/dead-letters/{letter_id}/replay", { params }));
    },
    onSettled: () => void client.invalidateQueries({ queryKey: ["jobs"] }),
  });
  return (
    <section className="panel" aria-labelledby="letters">
      <h2 id="letters">Dead letters</h2>
      <Loaded query={useQuery(letters)}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="why">None. No order was given up.</p>
          ) : (
            <ul className="links">
              {items.map((each) => (
                <li key={each.id} className="rowed">
                  <strong>{each.job}</strong>
                  <span>{each.error}</span>
                  <span className="why">
                    {each.reason}, {when(each.at)}
                  </span>
                  {mayReplay && (
                    <button
                      type="button"
                      className="button small push"
                      disabled={replay.isPending}
                      onClick={() => replay.mutate(each.id)}
                    >
                      Replay
                    </button>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <Complaint error={replay.error} />
    </section>
  );
}
