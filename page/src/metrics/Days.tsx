import { plural } from "../ui/format";
import { shown, type Target } from "./Targets";

const [WIDTH, HEIGHT, EDGE] = [300, 60, 4];

/** The last days as a line for the eye, with the wanted value dashed; and as a table to read. */
export function Days({ target }: { target: Target }) {
  const days = target.history.filter((each) => each.value !== null);
  if (days.length === 0) return <p className="why">Its history begins tomorrow.</p>;
  const most = Math.max(target.limit, ...days.map((each) => each.value ?? 0)) || 1;
  const y = (value: number) => HEIGHT - EDGE - (value / most) * (HEIGHT - 2 * EDGE);
  const x = (at: number) => (days.length === 1 ? WIDTH / 2 : EDGE + (at / (days.length - 1)) * (WIDTH - 2 * EDGE));
  const points = days.map((each, at) => `${x(at)},${y(each.value ?? 0)}`).join(" ");
  const last = days.length - 1;
  return (
    <figure className="days">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        <line x1={0} x2={WIDTH} y1={y(target.limit)} y2={y(target.limit)} className="wanted" />
        <polyline points={points} />
        <circle cx={x(last)} cy={y(days[last]?.value ?? 0)} r={3} />
      </svg>
      <details>
        <summary className="why">{plural(days.length, "day")} as a table</summary>
        <table>
          <thead>
            <tr>
              <th>Day</th>
              <th>{target.name}</th>
            </tr>
          </thead>
          <tbody>
            {days.map((each) => (
              <tr key={each.day}>
                <th scope="row">{each.day}</th>
                <td>{shown(target.unit, each.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
