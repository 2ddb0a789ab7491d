import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answered, api, type Schemas, written } from "../api/client";
import { Complaint, Loaded } from "../ui/States";
import { SourceDialog } from "./SourceDialog";

type Source = Schemas["SourceView"];

const sources = queryOptions({
  queryKey: ["sources"],
  queryFn: ({ signal }) => answered(api.GET("/api/v1/sources", { signal, params: { query: { limit: 200 } } })),
});

/** Where messages come from. What only an untrusted source says waits for a person. */
export function Sources({ isAdmin }: { isAdmin: boolean }) {
  return (
    <section className="panel" aria-labelledby="sources">
      <h2 id="sources">Sources</h2>
      <Loaded query={useQuery(sources)}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="why">No messages came in yet.</p>
          ) : (
            <ul className="links">
              {items.map((each) => (
                <One key={each.id} source={each} isAdmin={isAdmin} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}

function One({ source, isAdmin }: { source: Source; isAdmin: boolean }) {
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const trusted = source.trust === "trusted";
  const change = useMutation({
    mutationFn: () => {
      const params = { path: { source_id: source.id }, header: written(source.version) };
      const writers = source.writers.map((each) => each.id);
      const body = {
        trust: trusted ? "untrusted" : "trusted",
        owner_id: source.owner.id,
        writers,
      } as Schemas["SourceChange"];
      return answered(api.PUT("/api/v1/sources/{source_id}", { params, body }));
    },
    onSettled: () => void client.invalidateQueries({ queryKey: ["sources"] }),
  });
  return (
    <li className="rowed">
      <strong>{source.name}</strong>
      <span className="tag" data-tone={trusted ? "good" : "warn"}>
        {source.trust}
      </span>
      <span className="why">
        {source.kind}, of {source.owner.name}
        {source.writers.length > 0 && `; ${source.writers.map((each) => each.name).join(", ")} may write to it`}
        {source.connected && `; ${source.connected} sends to it`}
      </span>
      {isAdmin && (
        <button
          type="button"
          className="button small push"
          aria-label={`Owner and connection: ${source.name}`}
          onClick={() => setOpen(true)}
        >
          Owner and connection
        </button>
      )}
      {open && <SourceDialog source={source} onClose={() => setOpen(false)} />}
      {isAdmin && (
        <button
          type="button"
          className="button small"
          disabled={change.isPending}
          aria-label={`${trusted ? "Trust it no more" : "Trust it"}: ${source.name}`}
          onClick={() => change.mutate()}
        >
          {trusted ? "Trust it no more" : "Trust it"}
        </button>
      )}
      <Complaint error={change.error} />
    </li>
  );
}
