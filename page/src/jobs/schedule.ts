const EVERY = /^\*\/(\d+)$/;

/** A schedule in words where it is of a plain form; else as it is written. Times are UTC. */
export function inWords(cron: string): string {
  const [minute = "", hour = "", day, month, weekday] = cron.trim().split(/\s+/);
  if (day !== "*" || month !== "*" || weekday !== "*") return `${cron} (UTC)`;
  const every = EVERY.exec(minute)?.[1];
  if (every && hour === "*") return every === "1" ? "every minute" : `every ${every} minutes`;
  if (minute === "*" && hour === "*") return "every minute";
  const hours = EVERY.exec(hour)?.[1];
  if (!/^\d+$/.test(minute)) return `${cron} (UTC)`;
  const past = minute === "0" ? "" : `, at ${minute} minutes past`;
  if (hour === "*") return `every hour${past}`;
  if (hours) return `every ${hours} hours${past}`;
  return /^\d+$/.test(hour) ? `daily at ${hour.padStart(2, "0")}:${minute.padStart(2, "0")} UTC` : `${cron} (UTC)`;
}
