import { percent } from "../ui/format";
import type { ReviewScreen } from "./item";

interface Props {
  all: ReviewScreen["candidates"];
  shown: string | undefined;
  onShow: (id: string) => void;
}

const MOST = 5;

/** What else is near: a number sets it beside the proposal. */
export function Candidates({ all, shown, onShow }: Props) {
  const alike = all.filter((each) => each.type !== null);
  if (all.length === 0 || (all.length === 1 && all[0]?.id === shown)) return null;
  if (alike.length > 0) return <List {...{ all, shown, onShow }} />;
  return (
    <details className="block">
      <summary>Nothing says the same. What comes nearest: {all.length}</summary>
      <List {...{ all, shown, onShow }} />
    </details>
  );
}

function List({ all, shown, onShow }: Props) {
  return (
    <ol className="candidates" aria-label="What is near">
      {all.slice(0, MOST).map((each, at) => (
        <li key={each.id}>
          <button
            type="button"
            data-candidate={at + 1}
            data-id={each.id}
            aria-pressed={each.id === shown}
            aria-keyshortcuts={String(at + 1)}
            onClick={() => onShow(each.id)}
          >
            <kbd>{at + 1}</kbd>
            <span className="title">{each.title}</span>
            {!each.is_entity && <span className="tag">{each.state ?? "gone"}</span>}
            {each.dismissed && <span className="tag">not the same</span>}
            <span className="sure">{percent(each.score)} alike</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
