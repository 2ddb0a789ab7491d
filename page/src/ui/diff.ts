import { diffWordsWithSpace } from "diff";

export interface Part {
  text: string;
  change: "same" | "gone" | "new";
}

/** Share of common letters below which a mixture is harder to read than one text beside the other. */
const LIKENESS = 0.4;

/** The words of two texts as one, or null where they have too little in common to be read like that. */
export function wordDiff(before: string, after: string): Part[] | null {
  const parts = diffWordsWithSpace(before, after).map(
    ({ value, added, removed }): Part => ({ text: value, change: added ? "new" : removed ? "gone" : "same" }),
  );
  const common = parts.reduce((sum, { text, change }) => sum + (change === "same" ? text.trim().length : 0), 0);
  return (2 * common) / Math.max(1, before.length + after.length) < LIKENESS ? null : joined(parts);
}

/** Changes that only blanks part become one: "four [gone] five" reads better than word by word. */
function joined(parts: Part[]): Part[] {
  const out: Part[] = [];
  let [gone, fresh] = ["", ""];
  const flush = () => {
    out.push(...trimmed(gone, fresh));
    [gone, fresh] = ["", ""];
  };
  parts.forEach((part, at) => {
    const inside = /^\s+$/.test(part.text) && (gone || fresh) && (parts[at + 1]?.change ?? "same") !== "same";
    if (part.change === "same" && !inside) {
      flush();
      out.push(part);
      return;
    }
    if (part.change !== "new") gone += part.text;
    if (part.change !== "gone") fresh += part.text;
  });
  flush();
  return out;
}

/** Blanks at the edges that both have belong to the text and not to the change. */
function trimmed(gone: string, fresh: string): Part[] {
  const lead = shared(gone, fresh, /^\s*/);
  const tail = shared(gone.slice(lead.length), fresh.slice(lead.length), /\s*$/);
  const inner = (text: string) => text.slice(lead.length, text.length - tail.length);
  const all: Part[] = [
    { text: lead, change: "same" },
    { text: inner(gone), change: "gone" },
    { text: inner(fresh), change: "new" },
    { text: tail, change: "same" },
  ];
  return all.filter(({ text }) => text);
}

function shared(gone: string, fresh: string, edge: RegExp): string {
  const [a, b] = [edge.exec(gone)?.[0] ?? "", edge.exec(fresh)?.[0] ?? ""];
  return a === b ? a : "";
}
