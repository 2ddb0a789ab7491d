import { useEffect, useRef, useState } from "react";
import { plural } from "../ui/format";
import { isDecided, type Marks } from "./marks";

const ENOUGH = 5;
const PAUSE_MS = 120_000;

/** "12 done, about 6 minutes left", from how long a decision took this person so far. Pauses do not count. */
export function Progress({ marked, waiting }: { marked: Marks; waiting: number | undefined }) {
  const done = [...marked.values()].filter((each) => isDecided(each) && !each.by).length;
  const last = useRef(Date.now());
  const [spent, setSpent] = useState(0);
  useEffect(() => {
    const now = Date.now();
    const took = now - last.current;
    last.current = now;
    if (done > 0) setSpent((sum) => sum + Math.min(took, PAUSE_MS));
  }, [done]);
  if (done === 0) return null;
  const minutes = Math.round(((spent / done) * (waiting ?? 0)) / 60_000);
  return (
    <span>
      {" · "}
      {done} done{done >= ENOUGH && minutes > 0 && `, about ${plural(minutes, "minute")} left`}
    </span>
  );
}
