import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answered, api, type Schemas, written } from "../api/client";
import { Dialog } from "../ui/Dialog";
import { Complaint, Failed, More } from "../ui/States";
import { AddUser } from "./AddUser";
import { ROLES, type User, users } from "./users";

/** Who has access, and what they may do. */
export function People() {
  const all = useInfiniteQuery(users);
  const [asked, setAsked] = useState<User>();
  const items = all.data?.pages.flatMap((page) => page.items).filter((each) => each.role !== null);
  return (
    <section className="panel" aria-labelledby="people">
      <h2 id="people">People and agents</h2>
      <AddUser />
      {all.error && <Failed error={all.error} retry={() => void all.refetch()} />}
      {items && (
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
              {items.map((each) => (
                <Person key={each.id} user={each} onPassword={() => setAsked(each)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <More list={all} />
      {asked && <NewPassword user={asked} onClose={() => setAsked(undefined)} />}
    </section>
  );
}

function Person({ user, onPassword }: { user: User; onPassword: () => void }) {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (body: Schemas["UserChange"]) =>
      answered(
        api.PATCH("/api/v1/users/{user_id}", { params: { path: { user_id: user.id }, header: written() }, body }),
      ),
    onSettled: () => void client.invalidateQueries({ queryKey: ["users"] }),
  });
  return (
    <tr>
      <th scope="row">
        {user.name}{" "}
        {user.disabled_at && (
          <span className="tag" data-tone="bad">
            shut out
          </span>
        )}
      </th>
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
        <div className="rowed">
          <button
            type="button"
            className="button small"
            disabled={change.isPending}
            aria-label={`${user.disabled_at ? "Let in again" : "Shut out"}: ${user.name}`}
            onClick={() => change.mutate({ disabled: !user.disabled_at })}
          >
            {user.disabled_at ? "Let in again" : "Shut out"}
          </button>
          {user.kind === "user" && (
            <button
              type="button"
              className="button small"
              aria-label={`New password: ${user.name}`}
              onClick={onPassword}
            >
              New password
            </button>
          )}
        </div>
        <Complaint error={change.error} />
      </td>
    </tr>
  );
}

function NewPassword({ user, onClose }: { user: User; onClose: () => void }) {
  const change = useMutation({
    mutationFn: (password: string) => {
      const params = { path: { user_id: user.id }, header: written() };
      return answered(api.PUT("/api/v1/users/{user_id}/password", { params, body: { password } }));
    },
    onSuccess: onClose,
  });
  return (
    <Dialog title={`New password of ${user.name}`} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate(String(new FormData(event.currentTarget).get("password")));
        }}
      >
        <label className="field">
          Password
          <input name="password" type="password" autoComplete="new-password" required autoFocus />
          <span className="why">{user.name} is signed out everywhere.</span>
        </label>
        <Complaint error={change.error} />
        <div className="foot">
          <button type="button" className="button" onClick={onClose}>
            Leave it
          </button>
          <button type="submit" className="button primary" disabled={change.isPending}>
            Change it
          </button>
        </div>
      </form>
    </Dialog>
  );
}
