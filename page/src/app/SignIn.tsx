import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answered, api } from "../api/client";
import { session } from "../api/session";
import { Complaint } from "../ui/States";

const provider = document.querySelector<HTMLMetaElement>('meta[name="assay-identity-provider"]')?.content;

/** The page stays where it is: who signs in anew goes on with what they had open. */
export function SignIn({ expired }: { expired: boolean }) {
  const client = useQueryClient();
  const enter = useMutation({
    mutationFn: (form: FormData) => {
      const [name, password] = [String(form.get("name")), String(form.get("password"))];
      return answered(api.POST("/api/v1/session", { body: { name, password } }));
    },
    onSuccess: (who) => {
      client.setQueryData(session.queryKey, who);
      void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" });
    },
  });
  return (
    <main className="signin">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          enter.mutate(new FormData(event.currentTarget));
        }}
      >
        <h1>
          <span className="mark" aria-hidden="true" />
          Sign in to Assay
        </h1>
        {expired && <p className="why">Your session has ended. Nothing you decided was lost.</p>}
        {provider && (
          <a className="button primary" href={provider}>
            Sign in with your organisation
          </a>
        )}
        <label className="field">
          Name
          <input name="name" autoComplete="username" required autoFocus />
        </label>
        <label className="field">
          Password
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        <Complaint error={enter.error} />
        <button type="submit" className="button primary" disabled={enter.isPending}>
          Sign in
        </button>
        <p className="why">
          No password yet? On the machine that Assay runs on, <code>assay open</code> signs you in.
        </p>
      </form>
    </main>
  );
}
