import { queryOptions, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answered, api, type Schemas, written } from "../api/client";
import { session, useRight } from "../api/session";
import { when } from "../ui/format";
import { Complaint, Loaded } from "../ui/States";
import { users } from "./users";

const DAY_MS = 86_400_000;

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
      <p className="why">For programs that use Assay in your name.</p>
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
                    {each.expires_at && `; until ${when(each.expires_at)}`}
                  </span>
                  <button
                    type="button"
                    className="button small danger push"
                    disabled={end.isPending}
                    aria-label={`End it: ${each.name}`}
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

const NO_END = "";
const DAYS = { "30": "for 30 days", "90": "for 90 days", "365": "for a year", [NO_END]: "until it is ended" };

function Make({ onMade }: { onMade: () => void }) {
  const scopes = useQuery(session).data?.scopes ?? [];
  const make = useMutation({
    mutationFn: (form: FormData) => {
      const days = Number(form.get("days"));
      const body = {
        name: String(form.get("name")),
        scopes: form.getAll("scope") as Schemas["Scope"][],
        user_id: Number(form.get("owner")) || null,
        expires_at: days ? new Date(Date.now() + days * DAY_MS).toISOString() : null,
      };
      return answered(api.POST("/api/v1/tokens", { params: { header: written() }, body }));
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
      <Owner />
      <fieldset className="rowed">
        <legend className="hidden">What it may do</legend>
        {scopes.map((each) => (
          <label key={each} className="rowed tick">
            <input type="checkbox" name="scope" value={each} defaultChecked={each === "read"} />
            {each}
          </label>
        ))}
      </fieldset>
      <select name="days" aria-label="How long it is valid" defaultValue="90">
        {Object.entries(DAYS).map(([days, name]) => (
          <option key={days} value={days}>
            {name}
          </option>
        ))}
      </select>
      <button type="submit" className="button" disabled={make.isPending}>
        Make a token
      </button>
      {make.data && (
        <p role="status">
          Copy it now, it is not shown again: <code className="key">{make.data.token}</code>
        </p>
      )}
      <Complaint error={make.error} />
    </form>
  );
}

/** Whose: an admin gives them to agents too. */
function Owner() {
  const isAdmin = useRight("admin");
  const agents = useInfiniteQuery({ ...users, enabled: isAdmin });
  const found = agents.data?.pages.flatMap((page) => page.items).filter((each) => each.kind === "agent" && each.role);
  if (!found?.length) return null;
  return (
    <select name="owner" aria-label="Whose it is">
      <option value="">mine</option>
      {found.map((each) => (
        <option key={each.id} value={each.id}>
          of {each.name}
        </option>
      ))}
    </select>
  );
}
