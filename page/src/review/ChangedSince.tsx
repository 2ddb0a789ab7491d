import type { Schemas } from "../api/client";
import { Diff } from "../ui/Diff";
import { ago } from "../ui/format";
import type { ReviewScreen } from "./item";

type Change = Schemas["ChangeView"];

/** The words that have another text now, each as it was first and as it is. */
function differing(since: Change[], shown: ReviewScreen): [string, string][] {
  const now: Record<string, string> = { title: shown.title, body: shown.body };
  return Object.entries(now).flatMap(([field, text]): [string, string][] => {
    const before = since.find((each) => field in each.before)?.before[field];
    return typeof before === "string" && before !== text ? [[before, text]] : [];
  });
}

/** What changed since one saw it last: who did what, and which words. */
export function ChangedSince({ since, shown }: { since: Change[]; shown: ReviewScreen }) {
  return (
    <section className="mark-note changes" data-tone="warn" aria-label="Changed since you looked">
      {since.map((each) => (
        <p key={each.version}>
          Since you looked: {each.action.replace(/^\w+\./, "").replaceAll("_", " ")} by {each.actor}, {ago(each.at)}.
        </p>
      ))}
      {differing(since, shown).map(([before, after]) => (
        <Diff key={after} {...{ before, after }} names={["before", "now"]} />
      ))}
    </section>
  );
}
