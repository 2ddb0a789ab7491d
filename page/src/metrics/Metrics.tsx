import "./metrics.css";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { answered, api, type Schemas } from "../api/client";
import { when } from "../ui/format";
import { Loaded } from "../ui/States";
import { download } from "./download";
import { FIGURES } from "./figures";
import { Targets } from "./Targets";

type Document = Schemas["MetricsDocument"];

const figures = queryOptions({
  queryKey: ["metrics"],
  refetchInterval: 30_000,
  queryFn: ({ signal }) => answered(api.GET("/api/v1/metrics/proposals", { signal })),
});

/** How the queue stands and how well the machine decides, beside what it should reach. */
export function Metrics() {
  useEffect(() => {
    document.title = "Metrics · Assay";
  }, []);
  return (
    <main id="content" className="pages">
      <div className="lead">
        <h1>Metrics</h1>
        <p>What Assay should reach, and where it stands.</p>
      </div>
      <Targets />
      <Loaded query={useQuery(figures)}>{(found) => <Everything found={found} />}</Loaded>
    </main>
  );
}

function Everything({ found }: { found: Document }) {
  return (
    <section className="panel" aria-labelledby="figures">
      <h2 id="figures" className="rowed">
        All figures
        <button type="button" className="button small push" onClick={() => download(found)}>
          Export as CSV
        </button>
      </h2>
      <div className="wide">
        <table className="numbers">
          <thead>
            <tr>
              <th>Figure</th>
              <th>Topics</th>
              <th>Atoms</th>
            </tr>
          </thead>
          <tbody>
            {FIGURES.map(([key, name, shown]) => (
              <tr key={key}>
                <th scope="row">{name}</th>
                <td>{shown(found.topic_proposals[key])}</td>
                <td>{shown(found.atom_proposals[key])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="why">Counted {when(found.updated_at)}.</p>
    </section>
  );
}
