import { useMemo } from "react";
import { wordDiff } from "./diff";

/** Two texts as one with what differs marked, or beside each other under their names. */
export function Diff({ before, after, names }: { before: string; after: string; names: [string, string] }) {
  const parts = useMemo(() => wordDiff(before, after), [before, after]);
  if (!parts)
    return (
      <dl className="pair">
        <dt>{names[0]}</dt>
        <dd>{before || "nothing"}</dd>
        <dt>{names[1]}</dt>
        <dd>{after || "nothing"}</dd>
      </dl>
    );
  return (
    <p className="diff">
      {parts.map(({ text, change }, at) => {
        if (change === "gone") return <del key={at}>{text}</del>;
        if (change === "new") return <ins key={at}>{text}</ins>;
        return text;
      })}
    </p>
  );
}
