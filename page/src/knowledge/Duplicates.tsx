import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answered, api, type Kind, of, type Schemas, written } from "../api/client";
import { useRight } from "../api/session";
import { percent } from "../ui/format";
import { Complaint, Loaded } from "../ui/States";

type Pair = Schemas["PairView"];

const duplicates = queryOptions({
  queryKey: ["duplicates"],
  queryFn: ({ signal }) =>
    answered(api.GET("/api/v1/knowledge/duplicates", { signal, params: { query: { limit: 50 } } })),
});

interface Props {
  onOpen: (kind: Kind, id: string) => void;
}

/** What was found alike after both were approved: merge the newer into the older, or say that the two differ. */
export function Duplicates({ onOpen }: Props) {
  return (
    <section className="part" aria-labelledby="twice">
      <h2 id="twice">Known twice</h2>
      <Loaded query={useQuery(duplicates)}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="body">Nothing is known twice.</p>
          ) : (
            items.map((each) => <Two key={each.older.id + each.newer.id} pair={each} onOpen={onOpen} />)
          )
        }
      </Loaded>
    </section>
  );
}

function Two({ pair, onOpen }: { pair: Pair } & Props) {
  const client = useQueryClient();
  const mayDecide = useRight("review");
  const { older, newer, kind } = pair;
  const refresh = () => void client.invalidateQueries({ queryKey: ["duplicates"] });
  const dismiss = useMutation({
    mutationFn: () => {
      const body = { one: older.id, other: newer.id };
      return answered(api.POST("/api/v1/knowledge/duplicates/dismiss", { params: { header: written() }, body }));
    },
    onSuccess: refresh,
  });
  const merge = useMutation({
    mutationFn: () => {
      const params = { path: { entity_id: newer.id }, header: written() };
      return answered(
        api.POST(of(kind, "/api/v1/knowledge/atoms/{entity_id}/merge"), { params, body: { into: older.id } }),
      );
    },
    onSuccess: refresh,
  });
  return (
    <section className="block">
      <p className="rowed">
        <span className="tag" data-tone={pair.type === "update" ? "warn" : undefined}>
          {pair.type === "update" ? "say something else" : "say the same"}
        </span>
        <span className="why">{percent(pair.score)} alike</span>
      </p>
      {[older, newer].map((each) => (
        <button key={each.id} type="button" className="linked" onClick={() => onOpen(kind, each.id)}>
          {each.title}
        </button>
      ))}
      <p className="why">{pair.explanation}</p>
      {mayDecide && (
        <p className="rowed">
          <button type="button" className="button small" disabled={merge.isPending} onClick={() => merge.mutate()}>
            Merge the newer into the older
          </button>
          <button type="button" className="button small" disabled={dismiss.isPending} onClick={() => dismiss.mutate()}>
            They are not the same
          </button>
        </p>
      )}
      <Complaint error={merge.error ?? dismiss.error} />
    </section>
  );
}
