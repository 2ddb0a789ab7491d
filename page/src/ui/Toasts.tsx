export interface Toast {
  id: string;
  text: string;
  undo?: () => void;
  wrong?: boolean;
}

/** What was done, for some seconds, each with its own undo. */
export function Toasts({ all }: { all: Toast[] }) {
  return (
    <div className="toasts" role="status" aria-live="polite">
      {all.map((each) => (
        <div key={each.id} className="toast" data-wrong={each.wrong || undefined}>
          <span>{each.text}</span>
          {each.undo && (
            <button type="button" onClick={each.undo}>
              Undo <kbd>z</kbd>
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
