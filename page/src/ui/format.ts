/** Dates and numbers in the language of the browser. */
const DAY: Intl.DateTimeFormatOptions = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
const moment = new Intl.DateTimeFormat(undefined, DAY);
const older = new Intl.DateTimeFormat(undefined, { ...DAY, year: "numeric" });
const hours = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const precise = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const figure = new Intl.NumberFormat();
const share = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });
const fineShare = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

export function when(at: string): string {
  const date = new Date(at);
  return (date.getFullYear() === new Date().getFullYear() ? moment : older).format(date);
}

/** The time of the day. */
export function clock(at: number): string {
  return hours.format(at);
}

/** The time of the day to the second. */
export function second(at: string): string {
  return precise.format(new Date(at));
}

export function number(value: number): string {
  return figure.format(value);
}

export function percent(value: number, fine = false): string {
  return (fine ? fineShare : share).format(value);
}

/** "3 hours ago", "in 5 minutes". */
export function ago(at: string, now = Date.now()): string {
  const seconds = (new Date(at).getTime() - now) / 1000;
  const [unit, size] = UNITS.find(([, least]) => Math.abs(seconds) >= least) ?? ["second", 1];
  return relative.format(Math.round(seconds / size), unit);
}

/** A length of time in the two largest units: "2 h 5 min". */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${figure.format(Math.round(seconds * 10) / 10)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${figure.format(count)} ${count === 1 ? one : many}`;
}
