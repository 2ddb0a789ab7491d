import { expect, test } from "vitest";
import { inWords } from "./schedule";

test.each([
  ["*/5 * * * *", "every 5 minutes"],
  ["* * * * *", "every minute"],
  ["0 3 * * *", "daily at 03:00 UTC"],
  ["17 * * * *", "every hour, at 17 minutes past"],
  ["0 */6 * * *", "every 6 hours"],
  ["0 9 * * 1", "0 9 * * 1 (UTC)"],
  ["*/10 4 * * *", "*/10 4 * * * (UTC)"],
])("%s is %s", (cron, words) => {
  expect(inWords(cron)).toBe(words);
});
