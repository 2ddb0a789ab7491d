import { useMutation, useQuery } from "@tanstack/react-query";
import { answered, api, written } from "../api/client";
import { session } from "../api/session";
import { type Preferences, prefer, usePreferences } from "../ui/preferences";
import { Complaint } from "../ui/States";

const THEMES: Record<Preferences["theme"], string> = { system: "As the system", light: "Light", dark: "Dark" };

export function Account() {
  const who = useQuery(session).data;
  const { theme, keys } = usePreferences();
  const leave = useMutation({
    mutationFn: () => answered(api.DELETE("/api/v1/session", { params: { header: written() } as never })),
    onSuccess: () => window.location.assign("/ui/review"),
  });
  return (
    <section className="panel" aria-labelledby="account">
      <h2 id="account">{who?.name}</h2>
      <p className="why">Your role is {who?.role}. On this browser:</p>
      <div className="rowed">
        <label className="rowed">
          Theme
          <select value={theme} onChange={(event) => prefer({ theme: event.target.value as Preferences["theme"] })}>
            {Object.entries(THEMES).map(([key, name]) => (
              <option key={key} value={key}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label className="rowed">
          <input type="checkbox" checked={keys} onChange={(event) => prefer({ keys: event.target.checked })} />
          Single keys act
        </label>
        <button type="button" className="button push" disabled={leave.isPending} onClick={() => leave.mutate()}>
          Sign out
        </button>
      </div>
      <Complaint error={leave.error} />
      <Password />
    </section>
  );
}

function Password() {
  const change = useMutation({
    mutationFn: (form: FormData) =>
      answered(
        api.PUT("/api/v1/session/password", { body: { old: String(form.get("old")), new: String(form.get("new")) } }),
      ),
  });
  return (
    <details>
      <summary>Change the password</summary>
      <form
        className="rowed"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          change.mutate(new FormData(form), { onSuccess: () => form.reset() });
        }}
      >
        <label className="field">
          Old
          <input name="old" type="password" autoComplete="current-password" required />
        </label>
        <label className="field">
          New
          <input name="new" type="password" autoComplete="new-password" required />
        </label>
        <button type="submit" className="button" disabled={change.isPending}>
          Change it
        </button>
        {change.isSuccess && <span role="status">Changed. Your other sessions have ended.</span>}
      </form>
      <Complaint error={change.error} />
    </details>
  );
}
