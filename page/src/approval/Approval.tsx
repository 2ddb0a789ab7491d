import "./approval.css";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { percent } from "../ui/format";
import { Loaded } from "../ui/States";
import { History } from "./History";
import { Line } from "./Line";
import { policy } from "./queries";

/** What the machine may decide alone. */
export function Approval() {
  useEffect(() => {
    document.title = "Auto-approval · Assay";
  }, []);
  return (
    <main id="content" className="pages">
      <div className="lead">
        <h1>Auto-approval</h1>
        <p>
          Above the line the machine approves alone what it can prove: quoted word for word, decided in the talk, said
          by nobody else differently. Everything else waits for a person.
        </p>
      </div>
      <Loaded query={useQuery(policy)}>
        {(current) => (
          <>
            <Line key={current.version} current={current} />
            <Rules rules={current.in_force.rules} />
            <History current={current} />
          </>
        )}
      </Loaded>
    </main>
  );
}

/** Each rule as what it names and what it asks. */
function Rules({ rules }: { rules: unknown }) {
  if (!Array.isArray(rules) || rules.length === 0) return null;
  return (
    <section className="panel">
      <h2>Rules for some proposals</h2>
      <ul className="rules">
        {rules.map((rule: Record<string, unknown>, at) => (
          <li key={at}>{told(rule)}</li>
        ))}
      </ul>
    </section>
  );
}

function told(rule: Record<string, unknown>): string {
  const parts = Object.entries(rule).filter(
    ([, value]) => value !== null && value !== false && !(Array.isArray(value) && value.length === 0),
  );
  return parts
    .map(
      ([name, value]) =>
        `${name.replaceAll("_", " ")}: ${name === "threshold" ? percent(Number(value)) : String(value)}`,
    )
    .join(" · ");
}
