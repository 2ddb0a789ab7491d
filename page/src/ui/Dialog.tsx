import { type ReactNode, useEffect, useRef } from "react";

interface Props {
  title: ReactNode;
  children: ReactNode;
  onClose: () => void;
  /** Ctrl+Enter, also from within a text field. */
  onDone?: () => void;
}

/** A native dialog: it takes all keys, keeps the focus and gives it back. */
export function Dialog({ title, children, onClose, onDone }: Props) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = box.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={box}
      aria-labelledby="dialog-title"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === box.current && onClose()}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        onDone?.();
      }}
    >
      <div className="sheet">
        <h2 id="dialog-title">{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
