import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answered, api, type Schemas, written } from "../api/client";
import { Complaint } from "../ui/States";
import { ROLES } from "./users";

type Made = Schemas["ActorKind"];

/** A person signs in with a password, an agent comes with a token. */
export function AddUser() {
  const client = useQueryClient();
  const [kind, setKind] = useState<Made>("user");
  const add = useMutation({
    mutationFn: async (form: FormData) => {
      const body = { name: String(form.get("name")), role: form.get("role") as Schemas["Role"], kind };
      const made = await answered(api.POST("/api/v1/users", { params: { header: written() }, body }));
      if (kind === "user") {
        const params = { path: { user_id: made.id }, header: written() };
        const password = { password: String(form.get("password")) };
        await answered(api.PUT("/api/v1/users/{user_id}/password", { params, body: password }));
      }
      return made;
    },
    onSettled: () => void client.invalidateQueries({ queryKey: ["users"] }),
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
      <select aria-label="Kind" value={kind} onChange={(event) => setKind(event.target.value as Made)}>
        <option value="user">Person</option>
        <option value="agent">Agent</option>
      </select>
      <input name="name" aria-label="Name" placeholder="Name" required maxLength={100} autoComplete="off" />
      {kind === "user" && (
        <input
          name="password"
          aria-label="First password"
          type="password"
          placeholder="First password"
          required
          autoComplete="new-password"
        />
      )}
      <select name="role" aria-label="Role" defaultValue="reviewer">
        {ROLES.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
      <button type="submit" className="button" disabled={add.isPending}>
        Add {kind === "user" ? "a person" : "an agent"}
      </button>
      {add.isSuccess && (
        <span role="status">
          {add.data.kind === "agent"
            ? `${add.data.name} needs a token: make one above.`
            : `${add.data.name} can sign in.`}
        </span>
      )}
      <Complaint error={add.error} />
    </form>
  );
}
