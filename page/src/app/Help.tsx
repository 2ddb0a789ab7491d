import { Dialog } from "../ui/Dialog";
import { type Shortcut, shortcuts } from "../ui/keys";
import { prefer, usePreferences } from "../ui/preferences";

/** The keys that work where one is: the same list that acts on them. */
export function Help({ onClose }: { onClose: () => void }) {
  const { keys } = usePreferences();
  const all = shortcuts();
  return (
    <Dialog title="Keys" onClose={onClose}>
      <div className="help">
        <Group name="On this page" all={all.filter((each) => !each.key.startsWith("g "))} />
        <Group name="Elsewhere" all={all.filter((each) => each.key.startsWith("g "))} />
      </div>
      <label className="rowed">
        <input type="checkbox" checked={keys} onChange={(event) => prefer({ keys: event.target.checked })} />
        Single keys act
      </label>
      <div className="foot">
        <button type="button" className="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

/** Keys that do the same stand on one line. */
function merged(all: Shortcut[]): Pick<Shortcut, "key" | "does">[] {
  const keys = Map.groupBy(all, (each) => each.does);
  return [...keys].map(([does, same]) => ({ does, key: same.map((each) => each.key).join(" ") }));
}

function Group({ name, all }: { name: string; all: Shortcut[] }) {
  return (
    <section>
      <h3>{name}</h3>
      <dl>
        {merged(all).map((each) => (
          <div key={each.key}>
            <dt>
              <kbd>{each.key}</kbd>
            </dt>
            <dd>{each.does}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
