import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answered, api, type Schemas, written } from "../api/client";
import { Complaint, Loaded } from "../ui/States";

const ROLES: Schemas["Role"][] = ["viewer", "reviewer", "admin"];
type User = Schemas["UserView"];

const people = queryOptions({
  queryKey: ["users"],
  queryFn: ({ signal }) => answered(api.GET("/api/v1/users", { signal, params: { query: { limit: 200 } } })),
});

/** Who has access, and what they may do. */
export function People() {
  return (
    <section className="panel" aria-labelledby="people">
      <h2 id="people">People and agents</h2>
      <Add />
      <Loaded query={useQuery(people)}>
        {({ items }) => (
          <div className="wide">
            <table>
              <thead>
                <tr>
                  <th>Name</th>
                  <th>Kind</th>
                  <th>Role</th>
                  <th>Access</th>
                </tr>
              </thead>
              <tbody>
                {items
                  .filter((each) => each.role !== null)
                  .map((each) => (
                    <Person key={each.id} user={each} />
                  ))}
              </tbody>
            </table>
          </div>
        )}
      </Loaded>
    </section>
  );
}

function useRefresh() {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: ["users"] });
}

function Person({ user }: { user: User }) {
  const change = useMutation({
    mutationFn: (body: Schemas["UserChange"]) =>
      answered(
        api.PATCH("/api/v1/users/{user_id}", { params: { path: { user_id: user.id }, header: written() }, body }),
      ),
    onSettled: useRefresh(),
  });
  return (
    <tr>
      <th scope="row">{user.name}</th>
      <td>{user.kind === "user" ? "person" : user.kind}</td>
      <td>
        <select
          aria-label={`Role of ${user.name}`}
          value={user.role ?? ""}
          disabled={change.isPending}
          onChange={(event) => change.mutate({ role: event.target.value as Schemas["Role"] })}
        >
          {ROLES.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </td>
      <td>
        <button
          type="button"
          className="button small"
          disabled={change.isPending}
          onClick={() => change.mutate({ disabled: !user.disabled_at })}
        >
          {user.disabled_at ? "Let in again" : "Shut out"}
        </button>
        <Complaint error={change.error} />
      </td>
    </tr>
  );
}

function Add() {
  const refresh = useRefresh();
  const add = useMutation({
    mutationFn: async (form: FormData) => {
      const body = { name: String(form.get("name")), role: form.get("role") as Schemas["Role"], kind: "user" as const };
      const made = await answered(api.POST("/api/v1/users", { params: { header: written() }, body }));
      const params = { path: { user_id: made.id }, header: written() };
      await answered(
        api.PUT("/api/v1/users/{user_id}/password", { params, body: { password: String(form.get("password")) } }),
      );
      return made;
    },
    onSettled: refresh,
  });
  return (
    <form
      className="rowed"
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        add.mutate(new FormData(form), { onSuccess: () => form.reset() });
      }}
    >
      <input name="name" aria-label="Name" placeholder="Name" required maxLength={100} autoComplete="off" />
      <input
        name="password"
        aria-label="First password"
        type="password"
        placeholder="First password"
        required
        autoComplete="new-password"
      />
      <select name="role" aria-label="Role" defaultValue="reviewer">
        {ROLES.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
      <button type="submit" className="button" disabled={add.isPending}>
        Add a person
      </button>
      {add.isSuccess && <span role="status">{add.data.name} can sign in.</span>}
      <Complaint error={add.error} />
    </form>
  );
}
