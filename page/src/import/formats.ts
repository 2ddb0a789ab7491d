/** What Assay reads, by the names of the API. A test compares them with its readers. */
export const FORMATS: Record<string, string> = {
  slack: "Slack",
  discord: "Discord",
  telegram: "Telegram",
  whatsapp: "WhatsApp",
  teams: "Microsoft Teams",
  mattermost: "Mattermost",
  zulip: "Zulip",
  rocketchat: "Rocket.Chat",
  matrix: "Matrix",
  mail: "Mail",
  irc: "IRC log",
  log: "Chat log",
  transcript: "Transcript (VTT, SRT)",
  issues: "GitHub or GitLab issues",
  notes: "Markdown notes",
  jsonl: "JSON lines",
};

/** What a person says of an export where the export does not, as it is called on this page. */
export const OPTIONS = {
  zone: "Time zone",
  date: "Date",
  channel: "Channel",
  author: "Author",
  encoding: "Encoding",
  format: "Format",
} as const;
export type Option = keyof typeof OPTIONS;

const OF_THE_COMMAND_LINE = new RegExp(`--(${Object.keys(OPTIONS).join("|")})\\b(?: NAME)?`, "g");

/** A sentence of a reader, with the options by their names here. */
export function said(sentence: string): string {
  return sentence.replace(OF_THE_COMMAND_LINE, (_, name: Option) => `“${OPTIONS[name]}”`);
}

/** Whether the sentence asks for an option. */
export function wantsOption(sentence: string): boolean {
  return said(sentence) !== sentence;
}
