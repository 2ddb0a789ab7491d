import { Icon, type IconName } from "../ui/icons";
import { spoken } from "../ui/keys";
import { KEYS, type Named } from "./keys";

interface Shown {
  name: Named;
  icon: IconName;
  /** Where the button has less room than the help. */
  short?: string;
}

const DECISIONS: Shown[] = [
  { name: "approve", icon: "check" },
  { name: "reject", icon: "cross" },
  { name: "reason", icon: "note", short: "Reason…" },
  { name: "merge", icon: "merge" },
  { name: "edit", icon: "edit", short: "Edit" },
  { name: "snooze", icon: "clock" },
];
const OTHERS: Shown[] = [
  { name: "note", icon: "note", short: "Note" },
  { name: "assign", icon: "person", short: "Assign" },
];

interface Props {
  disabled: boolean;
  onAct: (name: Named) => void;
}

/** Every key has its button. */
export function Actions({ disabled, onAct }: Props) {
  const button = ({ name, icon, short }: Shown, quiet = false) => {
    const [key, does] = KEYS[name];
    return (
      <button
        key={name}
        type="button"
        className={name === "approve" ? "button primary" : quiet ? "button quiet" : "button"}
        disabled={disabled}
        onClick={() => onAct(name)}
        aria-keyshortcuts={spoken(key)}
        aria-label={name === "edit" ? short : does}
        title={does}
      >
        <Icon name={icon} />
        <span>{short ?? does}</span>
        <kbd>{key}</kbd>
      </button>
    );
  };
  return (
    <div className="acts" role="toolbar" aria-label="Decide">
      {DECISIONS.map((each) => button(each))}
      {OTHERS.map((each) => button(each, true))}
    </div>
  );
}
