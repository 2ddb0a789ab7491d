import "./metrics.css";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { answered, api, type Schemas } from "../api/client";
import { when } from "../ui/format";
import { Loaded } from "../ui/States";
import { download } from "./download";
import { FIGURES, targets } from "./figures";

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
      <Loaded query={useQuery(figures)}>
        {(found) => (
          <>
            <Targets found={found} />
            <Everything found={found} />
          </>
        )}
      </Loaded>
    </main>
  );
}

function Targets({ found }: { found: Document }) {
  return (
    <section className="panel" aria-labelledby="targets">
      <h2 id="targets">Targets</h2>
      <div className="wide">
        <table>
          <thead>
            <tr>
              <th>What</th>
              <th>Target</th>
              <th>Measured</th>
              <th>Reached</th>
            </tr>
          </thead>
          <tbody>
            {targets(found).map((each) => (
              <tr key={each.name}>
                <th scope="row">{each.name}</th>
                <td>{each.wanted}</td>
                <td>{each.measured}</td>
                <td>
                  <span
                    className="tag"
                    data-tone={each.reached === undefined ? undefined : each.reached ? "good" : "bad"}
                  >
                    {each.reached === undefined ? "too early" : each.reached ? "yes" : "no"}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
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
