import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answered, api, type Kind, of } from "../api/client";
import { percent } from "../ui/format";

interface Props {
  kind: Kind;
  /** Known things to choose from before anything is searched for. */
  near?: Target[];
  legend?: string;
  into: string | undefined;
  onPick: (id: string) => void;
}

export interface Target {
  id: string;
  title: string;
  alike?: number;
}

function search(kind: Kind, words: string) {
  return {
    queryKey: ["targets", kind, words],
    enabled: words.length > 1,
    queryFn: async (): Promise<Target[]> => {
      const path = of(kind, "/api/v1/knowledge/atoms/search");
      const { items } = await answered(api.GET(path, { params: { query: { q: words, limit: 8 } } }));
      return items.map(({ entity }) => {
        const seen = entity as { id: string; title?: string; name?: string };
        return { id: seen.id, title: seen.title ?? seen.name ?? "" };
      });
    },
  };
}

/** Known things that are near, or any other by search. */
export function MergeTarget({ kind, near, legend = "Merge into", into, onPick }: Props) {
  const [words, setWords] = useState("");
  const found = useQuery(search(kind, words.trim())).data;
  const shown = found ?? near ?? [];
  return (
    <fieldset className="targets">
      <legend>{legend}</legend>
      <input
        type="search"
        aria-label="Search what is known"
        placeholder="Search what is known"
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      {shown.length === 0 && (found ?? near) && (
        <p className="why">{found ? "Nothing known fits." : "Nothing similar is known. Search for it."}</p>
      )}
      {shown.map((each) => (
        <label key={each.id} className="rowed">
          <input type="radio" name="into" checked={each.id === into} onChange={() => onPick(each.id)} />
          <span>{each.title}</span>
          {each.alike !== undefined && <span className="why push">{percent(each.alike)} alike</span>}
        </label>
      ))}
    </fieldset>
  );
}
