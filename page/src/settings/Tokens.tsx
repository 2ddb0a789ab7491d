import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answered, api, type Schemas, written } from "../api/client";
import { session } from "../api/session";
import { when } from "../ui/format";
import { Complaint, Loaded } from "../ui/States";

const tokens = queryOptions({
  queryKey: ["tokens"],
  queryFn: ({ signal }) => answered(api.GET("/api/v1/tokens", { signal, params: { query: { limit: 100 } } })),
});

/** Keys for programs. A key is shown once. */
export function Tokens() {
  const client = useQueryClient();
  const refresh = () => void client.invalidateQueries({ queryKey: ["tokens"] });
  const end = useMutation({
    mutationFn: (id: string) =>
      answered(api.DELETE("/api/v1/tokens/{token_id}", { params: { path: { token_id: id }, header: written() } })),
    onSuccess: refresh,
  });
  return (
    <section className="panel" aria-labelledby="tokens">
      <h2 id="tokens">Tokens</h2>
      <p className="why">For programs that ask Assay in your name.</p>
      <Make onMade={refresh} />
      <Loaded query={useQuery(tokens)}>
        {({ items }) => (
          <ul className="links">
            {items
              .filter((each) => !each.revoked_at)
              .map((each) => (
                <li key={each.id} className="rowed">
                  <strong>{each.name}</strong>
                  <code>{each.prefix}…</code>
                  <span className="why">
                    {each.user}: {each.scopes.join(", ")};{" "}
                    {each.last_used_at ? `used ${when(each.last_used_at)}` : "never used"}
                  </span>
                  <button
                    type="button"
                    className="button small danger push"
                    disabled={end.isPending}
                    onClick={() => end.mutate(each.id)}
                  >
                    End it
                  </button>
                </li>
              ))}
          </ul>
        )}
      </Loaded>
      <Complaint error={end.error} />
    </section>
  );
}

function Make({ onMade }: { onMade: () => void }) {
  const scopes = useQuery(session).data?.scopes ?? [];
  const make = useMutation({
    mutationFn: (form: FormData) => {
      const body = { name: String(form.get("name")), scopes: form.getAll("scope") as Schemas["Scope"][] };
      return answered(api.POST("/api/v1/tokens", { params: { header: written() }, body: body as Schemas["NewToken"] }));
    },
    onSuccess: onMade,
  });
  return (
    <form
      className="rowed"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate(new FormData(event.currentTarget));
      }}
    >
      <input name="name" aria-label="Name of the token" placeholder="What it is for" required maxLength={100} />
      {scopes.map((each) => (
        <label key={each} className="rowed">
          <input type="checkbox" name="scope" value={each} defaultChecked={each === "read"} />
          {each}
        </label>
      ))}
      <button type="submit" className="button" disabled={make.isPending}>
        Make a token
      </button>
      {make.data && (
        <p role="status">
          Copy it now, it is not shown again: <code>{make.data.token}</code>
        </p>
      )}
      <Complaint error={make.error} />
    </form>
  );
}
