import type { Schemas } from "../api/client";

type Graph = Schemas["GraphView"];

export interface Placed {
  node: Graph["nodes"][number];
  /** 0: what is looked at, then what is one step away, then two. */
  column: number;
  /** From the top, in rows of equal height. */
  row: number;
}

export interface Drawing {
  placed: Placed[];
  rows: number;
  /** How many there was no room for. */
  hidden: number;
}

const MOST_A_COLUMN = 10;

/** Columns by distance. What is two steps away stands near what leads to it, so that few lines cross. */
export function drawn({ nodes, edges }: Graph): Drawing {
  const near = new Map<string, string[]>();
  for (const { from_id, to_id } of edges)
    for (const [one, other] of [
      [from_id, to_id],
      [to_id, from_id],
    ] as const)
      near.set(one, [...(near.get(one) ?? []), other]);
  const columns: Graph["nodes"][] = [[], [], []];
  for (const step of [0, 1, 2]) {
    const before = columns[step - 1] ?? [];
    const place = (id: string) =>
      Math.min(...before.map((each, at) => (near.get(each.id)?.includes(id) ? at : before.length)), before.length);
    const all = nodes.filter((each) => each.step === step && (step === 0 || place(each.id) < before.length));
    columns[step] = all.sort((one, other) => place(one.id) - place(other.id)).slice(0, MOST_A_COLUMN);
  }
  const rows = Math.max(...columns.map((each) => each.length));
  const placed = columns.flatMap((all, column) =>
    all.map((node, at) => ({ node, column, row: at + (rows - all.length) / 2 })),
  );
  return { placed, rows, hidden: nodes.length - placed.length };
}
