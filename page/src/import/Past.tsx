import { useInfiniteQuery } from "@tanstack/react-query";
import { number, when } from "../ui/format";
import { Failed, More } from "../ui/States";
import { type Import, pastImports } from "./queries";

/** In words, and how it is coloured. */
export const STATES: Record<Import["state"], [string, string | undefined]> = {
  uploading: ["uploading", "accent"],
  checking: ["being read", "accent"],
  checked: ["waits for you", "warn"],
  running: ["coming in", "accent"],
  completed: ["imported", "good"],
  failed: ["failed", "bad"],
  cancelled: ["cancelled", undefined],
};

export function StateTag({ state }: { state: Import["state"] }) {
  const [name, tone] = STATES[state];
  return (
    <span className="tag" data-tone={tone}>
      {name}
    </span>
  );
}

interface Props {
  open: string | undefined;
  onOpen: (id: string) => void;
}

/** What was imported before. */
export function Past({ open, onOpen }: Props) {
  const all = useInfiniteQuery(pastImports);
  if (all.error) return <Failed error={all.error} retry={() => void all.refetch()} />;
  const found = all.data?.pages.flatMap((page) => page.items) ?? [];
  if (found.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="past">
      <h2 id="past">Imports</h2>
      <div className="wide">
        <table>
          <thead>
            <tr>
              <th>File</th>
              <th>State</th>
              <th>New</th>
              <th>Uploaded</th>
              <th>Source</th>
            </tr>
          </thead>
          <tbody>
            {found.map((each) => (
              <tr key={each.id} aria-current={each.id === open || undefined}>
                <th scope="row">
                  <button type="button" className="linked" onClick={() => onOpen(each.id)}>
                    {each.file_name}
                  </button>
                </th>
                <td>
                  <StateTag state={each.state} />
                </td>
                <td>{each.started_at ? number(each.progress.added) : ""}</td>
                <td>
                  <time dateTime={each.created_at}>{when(each.created_at)}</time>
                </td>
                <td>{each.source}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <More list={all} />
    </section>
  );
}
