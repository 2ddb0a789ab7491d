import { expect, test } from "vitest";
import { said, wantsOption } from "./formats";

test("an option is called as it is on the page", () => {
  expect(said("name it with --channel NAME.")).toBe("name it with “Channel”.");
  expect(said("say when it began with --date 2026-03-20T10:00.")).toBe(
    "say when it began with “Date” 2026-03-20T10:00.",
  );
});

test("a sentence that asks for nothing is left alone", () => {
  expect(said("It holds a --dataset.")).toBe("It holds a --dataset.");
  expect(wantsOption("It is empty.")).toBe(false);
});
