import type { Schemas } from "../api/client";

export type NewMessage = Schemas["NewMessage"];

export interface Understood {
  messages: NewMessage[];
  /** What could not be read: the line, and why. */
  left: string[];
}

const NAMES = ["external_id", "channel", "author", "sent_at", "text"] as const;
const MOST_TOLD = 5;

/** One message a line, as JSON: the format that every exporter can write. */
export function understood(file: string): Understood {
  const messages: NewMessage[] = [];
  const left: string[] = [];
  file.split(/\r?\n/).forEach((line, at) => {
    if (!line.trim()) return;
    const read = message(line);
    if (typeof read === "string") left.push(`Line ${at + 1}: ${read}`);
    else messages.push(read);
  });
  return {
    messages,
    left: left.length > MOST_TOLD ? [...left.slice(0, MOST_TOLD), `and ${left.length - MOST_TOLD} more`] : left,
  };
}

function message(line: string): NewMessage | string {
  let said: Record<string, unknown>;
  try {
    said = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return "this is no JSON.";
  }
  const missing = NAMES.filter((name) => typeof said?.[name] !== "string" || said[name] === "");
  if (missing.length > 0) return `it has no ${missing.join(", ")}.`;
  if (Number.isNaN(Date.parse(String(said.sent_at)))) return "sent_at is no moment.";
  const { external_id, channel, author, sent_at, text, thread, is_bot } = said;
  return {
    external_id,
    channel,
    author,
    sent_at,
    text,
    is_bot: is_bot === true,
    ...(typeof thread === "string" && thread ? { thread } : {}),
  } as NewMessage;
}

/** Portions that one request takes. */
export function portions(messages: NewMessage[], size = 500): NewMessage[][] {
  return Array.from({ length: Math.ceil(messages.length / size) }, (_, at) =>
    messages.slice(at * size, (at + 1) * size),
  );
}
