import { expect, test } from "vitest";
import { fromSearch, isGrouped } from "./filters";
import { heard, isDecided, marks } from "./marks";

test("a decision of somebody else is told once, with who", () => {
  expect(heard("proposal.rejected", "bert", undefined)).toEqual({ verb: "rejected", by: "bert" });
  expect(heard("proposal.rejected", "bert", { verb: "approved" })).toBeUndefined();
});

test("what was taken back is open again", () => {
  const known = marks(new Map(), [["1", { verb: "approved" }]]);
  expect(marks(known, [["1", heard("proposal.reverted", "bert", known.get("1")) ?? null]]).size).toBe(0);
});

test("what one changed oneself is no news", () => {
  expect(heard("proposal.edited", "bert", undefined, "ana")).toEqual({ verb: "changed" });
  expect(heard("proposal.edited", "ana", undefined, "ana")).toBeUndefined();
});

test("those that say the same are one item, unless the queue is narrowed or somebody wants each", () => {
  expect(isGrouped({ kind: "atom", sort: "created_at" })).toBe(true);
  expect(isGrouped({ text: "retry" })).toBe(false);
  expect(isGrouped({ grouped: false })).toBe(false);
  expect(isGrouped({ text: "retry", grouped: true })).toBe(true);
});

test("what came back or changed is not decided", () => {
  expect(isDecided({ verb: "returned", why: "offline" })).toBe(false);
  expect(isDecided({ verb: "changed" })).toBe(false);
});

test("an address that makes no sense opens the whole queue", () => {
  expect(fromSearch({ sort: "by magic", confidence_min: 7, kind: 3, type: "lie", needs_attention: "yes" })).toEqual({});
});

test("an address keeps what it says", () => {
  const said = { kind: "atom", sort: "-confidence", text: "retry", confidence_min: 0.4, open: "1" } as const;
  expect(fromSearch(said)).toEqual(said);
});
