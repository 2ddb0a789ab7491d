import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { answered, api, type Schemas } from "../api/client";
import { when } from "../ui/format";
import { Complaint, Loaded } from "../ui/States";

const NEWEST = 20;

const receivers = queryOptions({
  queryKey: ["alert-receivers"],
  queryFn: ({ signal }) => answered(api.GET("/api/v1/alerts/receivers", { signal })),
});
const sent = queryOptions({
  queryKey: ["alerts"],
  queryFn: ({ signal }) => answered(api.GET("/api/v1/alerts", { signal, params: { query: { limit: NEWEST } } })),
});

const STATES: Record<Schemas["DeliveryState"], [string, string | undefined]> = {
  pending: ["on its way", "accent"],
  sent: ["sent", "good"],
  muted: ["held back", undefined],
  given_up: ["given up", "bad"],
};

/** Who is told of failures outside. Where to is a setting of the server, for it holds secrets. */
export function Alerts() {
  return (
    <section className="panel" aria-labelledby="alerts">
      <h2 id="alerts">Alerts</h2>
      <Loaded query={useQuery(receivers)}>{(rules) => <Rules rules={rules} />}</Loaded>
      <Loaded query={useQuery(sent)}>{({ items }) => <Sent items={items} />}</Loaded>
    </section>
  );
}

function Rules({ rules }: { rules: Schemas["AlertRules"] }) {
  const test = useMutation({ mutationFn: () => answered(api.POST("/api/v1/alerts/test")) });
  const of = rules.severities.length > 1 ? "Every failure" : "Critical failures";
  if (rules.problem) return <p className="wrong">{rules.problem}</p>;
  if (rules.receivers.length === 0)
    return (
      <p className="why">
        Nobody is told of failures. Set <code>ASSAY_WEBHOOK_URL</code> or <code>ASSAY_SMTP_URL</code> where Assay is
        started.
      </p>
    );
  return (
    <>
      <p className="why">
        {of}, and that a job works again: at once, the same again once a day, and of one job {rules.most_per_day} a day
        at most.
      </p>
      <ul className="links">
        {rules.receivers.map((each) => {
          const tried = test.data?.items.find(({ receiver }) => receiver === each.name);
          return (
            <li key={each.name} className="rowed">
              <strong>{each.name}</strong>
              <span>{each.address}</span>
              {tried && (
                <span className="tag" data-tone={tried.problem ? "bad" : "good"} role="status">
                  {tried.problem ?? "It took the test."}
                </span>
              )}
            </li>
          );
        })}
      </ul>
      <p>
        <button type="button" className="button" disabled={test.isPending} onClick={() => test.mutate()}>
          Send a test
        </button>
      </p>
      <Complaint error={test.error} />
    </>
  );
}

function Sent({ items }: { items: Schemas["AlertView"][] }) {
  if (items.length === 0) return null;
  return (
    <details>
      <summary>Recently sent</summary>
      <div className="wide">
        <table>
          <thead>
            <tr>
              <th>About</th>
              <th>State</th>
              <th>When</th>
              <th>To</th>
              <th>What</th>
            </tr>
          </thead>
          <tbody>
            {items.map((each) => (
              <tr key={each.id}>
                <th scope="row">{each.subject}</th>
                <td>
                  <span className="tag" data-tone={STATES[each.state][1]}>
                    {STATES[each.state][0]}
                  </span>
                </td>
                <td>
                  <time dateTime={each.created_at}>{when(each.created_at)}</time>
                </td>
                <td>{each.receiver}</td>
                <td>{each.error ?? each.complaint ?? "works again"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
