import { expect, test } from "vitest";
import { portions, understood } from "./parse";

const LINE = {
  external_id: "1",
  channel: "dev",
  author: "ana",
  sent_at: "2026-03-01T10:00:00Z",
  text: "We ship on Friday.",
};

test("a line is a message", () => {
  const { messages, left } = understood(`${JSON.stringify({ ...LINE, thread: "t", more: 1 })}\n\n`);
  expect(messages).toEqual([{ ...LINE, thread: "t", is_bot: false }]);
  expect(left).toEqual([]);
});

test("what cannot be read is told by its line and left out", () => {
  const { messages, left } = understood(
    `no json\n${JSON.stringify({ ...LINE, author: "" })}\n${JSON.stringify({ ...LINE, sent_at: "soon" })}`,
  );
  expect(messages).toEqual([]);
  expect(left).toEqual(["Line 1: this is no JSON.", "Line 2: it has no author.", "Line 3: sent_at is no moment."]);
});

test("portions hold every message once, in order", () => {
  const all = Array.from({ length: 1201 }, (_, at) => ({ ...LINE, is_bot: false, external_id: String(at) }));
  expect(portions(all).map((each) => each.length)).toEqual([500, 500, 201]);
  expect(portions(all).flat()).toEqual(all);
});
