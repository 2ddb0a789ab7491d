import { number } from "./format";

interface Bar {
  name: string;
  value: number;
}

/** Amounts beside each other. It is a table, so a screen reader reads it as one; the bars are for the eye. */
export function Bars({ title, all, of }: { title: string; all: Bar[]; of: string }) {
  const most = Math.max(1, ...all.map((each) => each.value));
  return (
    <table className="bars">
      <caption className="hidden">{title}</caption>
      <thead className="hidden">
        <tr>
          <th>{title}</th>
          <th>{of}</th>
        </tr>
      </thead>
      <tbody>
        {all.map(({ name, value }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <span className="rowed">
                <span className="bar" style={{ inlineSize: `${(value / most) * 100}%` }} aria-hidden="true" />
                {number(value)}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
