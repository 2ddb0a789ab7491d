import { Icon, type IconName } from "../ui/icons";
import type { Decision } from "./useDecisions";

interface Props {
  disabled: boolean;
  onDecide: (decision: Decision) => void;
  onAsk: (sheet: "reject" | "merge" | "edit" | "note" | "snooze") => void;
}

/** Every key has its button. */
export function Actions({ disabled, onDecide, onAsk }: Props) {
  const all: [string, IconName, string, () => void][] = [
    ["Approve", "check", "a", () => onDecide({ verb: "approved" })],
    ["Reject", "cross", "r", () => onDecide({ verb: "rejected" })],
    ["Reject, with a reason", "note", "R", () => onAsk("reject")],
    ["Merge", "merge", "m", () => onAsk("merge")],
    ["Edit", "edit", "e", () => onAsk("edit")],
    ["Put off", "clock", "s", () => onAsk("snooze")],
  ];
  return (
    <div className="acts" role="toolbar" aria-label="Decide">
      {all.map(([name, icon, key, act]) => (
        <button
          key={key}
          type="button"
          className={key === "a" ? "button primary" : "button"}
          disabled={disabled}
          onClick={act}
          aria-keyshortcuts={key === "R" ? "Shift+R" : key}
          aria-label={name}
        >
          <Icon name={icon} />
          <span>{key === "R" ? "Reason…" : name}</span>
          <kbd>{key}</kbd>
        </button>
      ))}
    </div>
  );
}
