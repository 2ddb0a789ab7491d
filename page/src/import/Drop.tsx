import { type DragEvent, useState } from "react";

interface Props {
  label: string;
  isBusy?: boolean;
  onFile: (file: File) => void;
}

const FOLDER = "That is a folder. Pack it as a zip, and drop the zip.";
const SEVERAL = "One file at a time: pack several as a zip, and drop the zip.";

/** A place to drop a file, which is a file input for everybody else. */
export function Drop({ label, isBusy, onFile }: Props) {
  const [isOver, setIsOver] = useState(false);
  const [refusal, setRefusal] = useState("");
  const take = (files: FileList | null, isFolder = false) => {
    const file = files?.[0];
    setRefusal(isFolder ? FOLDER : files && files.length > 1 ? SEVERAL : "");
    if (file && files.length === 1 && !isFolder) onFile(file);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    const { files, items } = event.dataTransfer;
    take(files, items[0]?.webkitGetAsEntry()?.isDirectory);
  };
  return (
    <label
      className="drop panel"
      data-over={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
    >
      <strong>{label}</strong>
      <span className="why">A zip, JSON, text, mbox, VTT, SRT, Markdown or log. A folder goes as a zip.</span>
      <span className="button" aria-hidden="true">
        Choose a file
      </span>
      <input
        type="file"
        className="hidden"
        disabled={isBusy}
        onChange={(event) => {
          take(event.target.files);
          event.target.value = ""; // so that the same file may be chosen again
        }}
      />
      {refusal && (
        <span className="wrong" role="alert">
          {refusal}
        </span>
      )}
    </label>
  );
}
