import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Schemas } from "../api/client";
import { useRight } from "../api/session";
import { percent, when } from "../ui/format";
import { Complaint, Loaded } from "../ui/States";
import { type Policy, save, undo, versions } from "./queries";

type Version = Schemas["VersionView"];

/** Every version of the rules: who set it and why, and two ways back. */
export function History({ current }: { current: Policy }) {
  return (
    <section className="panel" aria-labelledby="history">
      <h2 id="history">History</h2>
      <Loaded query={useQuery(versions)}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="why">Nobody has set a rule yet. The settings apply.</p>
          ) : (
            <div className="wide">
              <table>
                <thead>
                  <tr>
                    <th>Version</th>
                    <th>Line</th>
                    <th>Set by</th>
                    <th>When</th>
                    <th>Why</th>
                    <th>Take back</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((each) => (
                    <One key={each.version} one={each} current={current} />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Loaded>
    </section>
  );
}

function line({ document }: Version): string {
  if (document.auto_approval_enabled === false) return "off";
  const threshold = document.auto_approval_threshold;
  return typeof threshold === "number" ? percent(threshold) : "as the settings say";
}

function One({ one, current }: { one: Version; current: Policy }) {
  const client = useQueryClient();
  const mayChange = useRight("admin");
  const refresh = () => void client.invalidateQueries({ queryKey: ["policy"] });
  const again = useMutation({
    mutationFn: () => save(one.document, current.version, `as in version ${one.version}`),
    onSuccess: refresh,
  });
  const back = useMutation({ mutationFn: () => undo(one.version), onSuccess: refresh });
  return (
    <tr>
      <th scope="row">{one.version}</th>
      <td>{line(one)}</td>
      <td>{one.author}</td>
      <td>{when(one.created_at)}</td>
      <td>{one.note}</td>
      <td>
        {mayChange && (
          <span className="rowed">
            {one.version !== current.version && (
              <button type="button" className="button small" disabled={again.isPending} onClick={() => again.mutate()}>
                Set again
              </button>
            )}
            <button
              type="button"
              className="button small danger"
              disabled={back.isPending}
              onClick={() =>
                window.confirm(`Take back all that the machine approved under version ${one.version}?`) && back.mutate()
              }
            >
              Take back its approvals
            </button>
          </span>
        )}
        {back.data && <p className="why">{back.data.reverted} taken back.</p>}
        <Complaint error={again.error ?? back.error} />
      </td>
    </tr>
  );
}
