const MORNING = 9;

function inDays(days: number): Date {
  const date = new Date();
  date.setDate(date.getDate() + days);
  date.setHours(MORNING, 0, 0, 0);
  return date;
}

/** Until when something can be put off, in words. */
export const MOMENTS: [string, () => Date][] = [
  ["In an hour", () => new Date(Date.now() + 3_600_000)],
  ["Tomorrow", () => inDays(1)],
  ["In three days", () => inDays(3)],
  ["In a week", () => inDays(7)],
];
