import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { percent } from "../ui/format";
import { Loaded } from "../ui/States";
import { nearest } from "./queries";

/** What lies just above the line and just below it: what moving it a little would let go or hold. */
export function Nearest({ line }: { line: number }) {
  return (
    <section className="panel" aria-labelledby="nearest">
      <h2 id="nearest">Nearest to the line</h2>
      <div className="sides">
        <Side name={`From ${percent(line)} on`} line={line} above />
        <Side name={`Below ${percent(line)}`} line={line} above={false} />
      </div>
    </section>
  );
}

function Side({ name, line, above }: { name: string; line: number; above: boolean }) {
  return (
    <div>
      <h3>{name}</h3>
      <Loaded query={useQuery(nearest(line, above))}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="why">None waits there.</p>
          ) : (
            <ul className="links">
              {items.map((each) => (
                <li key={each.id} className="rowed">
                  <strong>{percent(each.confidence, true)}</strong>
                  <Link to="/review" search={{ open: each.id }}>
                    {each.title}
                  </Link>
                  {each.held[0] && <span className="why">{each.held[0]}</span>}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </div>
  );
}
