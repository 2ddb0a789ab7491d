import { useEffect, useState } from "react";

/** Searches when Enter is pressed; an empty box shows everything again. */
export function SearchBox({
  text,
  onSearch,
}: {
  text: string | undefined;
  onSearch: (text: string | undefined) => void;
}) {
  const [words, setWords] = useState(text ?? "");
  useEffect(() => setWords(text ?? ""), [text]);
  return (
    <form
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(words.trim() || undefined);
      }}
    >
      <input
        id="find"
        type="search"
        aria-label="Search proposals"
        placeholder="Search   /"
        value={words}
        maxLength={200}
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      />
    </form>
  );
}
