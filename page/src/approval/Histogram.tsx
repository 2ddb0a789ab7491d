import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../api/client";
import { number, percent } from "../ui/format";
import { histogram } from "./queries";

type Bin = Schemas["BinView"];
const KINDS = ["clean", "held", "duplicate"] as const;
const NAMES = { clean: "nothing against it", held: "held for another reason", duplicate: "like something" };
const [WIDTH, HEIGHT] = [500, 120];

/** How sure what waits is, and where the line stands. The same is read as a table below it. */
export function Histogram({ line }: { line: number }) {
  const found = useQuery(histogram).data;
  if (!found) return null;
  const most = Math.max(1, ...found.bins.map((each) => each.clean + each.held + each.duplicate));
  return (
    <figure className="histogram">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {found.bins.map((each) => (
          <Column key={each.start} bin={each} most={most} />
        ))}
        <line x1={line * WIDTH} x2={line * WIDTH} y1={0} y2={HEIGHT} className="mark-line" />
      </svg>
      <figcaption className="rowed">
        {KINDS.map((each) => (
          <span key={each} className="rowed legend">
            <span className="swatch" data-kind={each} aria-hidden="true" />
            {NAMES[each]}
          </span>
        ))}
      </figcaption>
      <details>
        <summary className="why">As a table</summary>
        <table>
          <thead>
            <tr>
              <th>Confidence</th>
              {KINDS.map((each) => (
                <th key={each}>{NAMES[each]}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {found.bins
              .filter((each) => each.clean + each.held + each.duplicate > 0)
              .map((each) => (
                <tr key={each.start}>
                  <th scope="row">
                    {percent(each.start)} to {percent(each.end)}
                  </th>
                  {KINDS.map((kind) => (
                    <td key={kind}>{number(each[kind])}</td>
                  ))}
                </tr>
              ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

function Column({ bin, most }: { bin: Bin; most: number }) {
  let top = HEIGHT;
  return KINDS.map((kind) => {
    const height = (bin[kind] / most) * HEIGHT;
    top -= height;
    const [x, width] = [bin.start * WIDTH + 0.5, (bin.end - bin.start) * WIDTH - 1];
    return <rect key={kind} data-kind={kind} {...{ x, y: top, width, height }} />;
  });
}
