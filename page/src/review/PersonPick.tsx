import { useQuery } from "@tanstack/react-query";
import { session } from "../api/session";
import { deciders } from "./queries";

/** One who may decide, oneself first; or nobody. */
export function PersonPick({ to, onPick }: { to: number | undefined; onPick: (to: number | undefined) => void }) {
  const me = useQuery(session).data?.user_id;
  const people = useQuery(deciders).data ?? [];
  const inOrder = [...people].sort((a, b) => Number(b.id === me) - Number(a.id === me));
  return (
    <label className="field">
      Who
      <select
        autoFocus
        value={to ?? ""}
        onChange={(event) => onPick(event.target.value ? Number(event.target.value) : undefined)}
      >
        <option value="">nobody</option>
        {inOrder.map((each) => (
          <option key={each.id} value={each.id}>
            {each.id === me ? `${each.name} (you)` : each.name}
          </option>
        ))}
      </select>
    </label>
  );
}
