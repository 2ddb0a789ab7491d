import { body, type EntityDetail, title } from "./queries";

const SPECIAL = /[\\`*_[\]<>#|]/g;

function plain(text: string): string {
  return text.replace(SPECIAL, "\\$&");
}

/** It and its evidence, for a document elsewhere. */
export function asMarkdown(detail: EntityDetail): string {
  const said = detail.evidence.map(
    ({ quote, author, channel, sent_at }) =>
      `> ${plain(quote).replaceAll("\n", "\n> ")}\n>\n> ${plain(author)}, #${plain(channel)}, ${sent_at.slice(0, 10)}`,
  );
  return [`## ${plain(title(detail.entity))}`, plain(body(detail.entity)), ...said].filter(Boolean).join("\n\n");
}
