import { expect, test } from "vitest";
import { drawn } from "./layout";

function node(id: string, step: number) {
  return { id, step, title: id, kind: "atom" as const };
}

function edge(from_id: string, to_id: string) {
  return { from_id, to_id, type: "supports" };
}

test("what is two steps away stands beside what leads to it", () => {
  const nodes = [node("a", 0), node("b", 1), node("c", 1), node("d", 2), node("e", 2)];
  const { placed, rows } = drawn({ nodes, edges: [edge("a", "b"), edge("c", "a"), edge("c", "d"), edge("e", "b")] });
  expect(rows).toBe(2);
  expect(placed.map((each) => [each.node.id, each.column, each.row])).toEqual([
    ["a", 0, 0.5],
    ["b", 1, 0],
    ["c", 1, 1],
    ["e", 2, 0],
    ["d", 2, 1],
  ]);
});

test("what there is no room for is counted, and nothing hangs in the air", () => {
  const many = Array.from({ length: 15 }, (_, at) => node(`n${at}`, 1));
  const far = node("far", 2);
  const edges = [...many.map((each) => edge("a", each.id)), edge("n14", "far")];
  const { placed, hidden } = drawn({ nodes: [node("a", 0), ...many, far], edges });
  expect(placed).toHaveLength(11);
  expect(hidden).toBe(6);
});
