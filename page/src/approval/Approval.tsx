import "./approval.css";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { Loaded } from "../ui/States";
import { History } from "./History";
import { Line } from "./Line";
import { policy } from "./queries";
import { Rules } from "./Rules";
import { Shadow } from "./Shadow";

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
            <Rules current={current} />
            <Shadow current={current} />
            <History current={current} />
          </>
        )}
      </Loaded>
    </main>
  );
}
