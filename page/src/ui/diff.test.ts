import { expect, test } from "vitest";
import { wordDiff } from "./diff";

const WORDS = ["a", "the", "retry", "24", "hours", "is", "not", "x", "  ", " ", "\n", ",", "😀"];
let seed = 7;

function random(below: number): number {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed % below;
}

function text(): string {
  return Array.from({ length: 1 + random(12) }, () => WORDS[random(WORDS.length)]).join(random(2) ? " " : "");
}

test("a changed fact stands out", () => {
  const parts = wordDiff("retries for 24 hours.", "retries for 72 hours.") ?? [];
  expect(parts.filter((each) => each.change !== "same").map((each) => each.text)).toEqual(["24", "72"]);
});

test("what is too unlike is not read as one", () => {
  expect(wordDiff("one two three", "alpha beta gamma")).toBeNull();
});

test("both texts can be put together again from the parts", () => {
  let compared = 0;
  for (let turn = 0; turn < 5000; turn++) {
    const [before, after] = [text(), text()];
    const parts = wordDiff(before, after);
    if (!parts) continue;
    compared++;
    const without = (change: string) => parts.filter((each) => each.change !== change).map((each) => each.text);
    expect(without("new").join("")).toBe(before);
    expect(without("gone").join("")).toBe(after);
  }
  expect(compared).toBeGreaterThan(100);
});
