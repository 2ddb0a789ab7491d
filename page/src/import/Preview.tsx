import { number, plural, when } from "../ui/format";
import { FORMATS, said } from "./formats";
import type { Understood } from "./queries";

const FIRST = 8;

/** What was understood of an export. */
export function Preview({ preview }: { preview: Understood }) {
  return (
    <>
      <Facts preview={preview} />
      <Channels preview={preview} />
      {preview.warnings.length > 0 && (
        <ul className="notes">
          {preview.warnings.map((each) => (
            <li key={each}>{said(each)}</li>
          ))}
        </ul>
      )}
      <LeftOut preview={preview} />
    </>
  );
}

function Facts({ preview }: { preview: Understood }) {
  const { zone, day_order } = preview;
  const facts = [
    ["New messages", number(preview.new)],
    preview.edited > 0 && ["Edited since", number(preview.edited)],
    preview.known > 0 && ["Known already", number(preview.known)],
    preview.threads > 0 && ["Threads", number(preview.threads)],
    preview.edits > 0 && ["Edits", number(preview.edits)],
    ["Format", FORMATS[preview.format] ?? preview.format],
    ["Encoding", preview.encoding],
    ["Time zone", zone ? `read as ${zone}` : "in the file"],
    day_order && ["Dates", day_order],
  ].filter((each): each is [string, string] => Boolean(each));
  return (
    <dl className="understood">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Channels({ preview }: { preview: Understood }) {
  const { channels, channels_total } = preview;
  return (
    <div className="wide">
      <table>
        <caption className="hidden">Channels</caption>
        <thead>
          <tr>
            <th>Channel</th>
            <th>Messages</th>
            <th>People</th>
            <th>Bots</th>
            <th>From</th>
            <th>To</th>
          </tr>
        </thead>
        <tbody>
          {channels.slice(0, FIRST).map((each) => (
            <Channel key={each.name} channel={each} />
          ))}
        </tbody>
        {channels.length > FIRST && (
          <tbody className="more">
            <tr>
              <td colSpan={6}>
                <details>
                  <summary>{plural(channels_total - FIRST, "more channel")}</summary>
                  <p className="why">
                    {channels
                      .slice(FIRST)
                      .map((each) => `${each.name} (${number(each.messages)})`)
                      .join(", ")}
                    {channels_total > channels.length && " …"}
                  </p>
                </details>
              </td>
            </tr>
          </tbody>
        )}
      </table>
    </div>
  );
}

function Channel({ channel }: { channel: Understood["channels"][number] }) {
  const { first, last } = channel;
  return (
    <tr>
      <th scope="row">{channel.name}</th>
      <td>{number(channel.messages)}</td>
      <td>
        <Names all={channel.people} total={channel.people_total} />
      </td>
      <td>
        <Names all={channel.bots} total={channel.bots.length} />
      </td>
      <td>{first && <time dateTime={first}>{when(first)}</time>}</td>
      <td>{last && <time dateTime={last}>{when(last)}</time>}</td>
    </tr>
  );
}

function Names({ all, total }: { all: string[]; total: number }) {
  if (total === 0) return "none";
  const rest = total - Math.min(FIRST, all.length);
  return `${all.slice(0, FIRST).join(", ")}${rest > 0 ? ` and ${number(rest)} more` : ""}`;
}

/** What does not come in, and why. */
function LeftOut({ preview }: { preview: Understood }) {
  const skipped = Object.entries(preview.skipped);
  const hidden = preview.bad_records - preview.bad.length;
  return (
    <>
      {skipped.length > 0 && (
        <p className="why">
          No messages, and left out:{" "}
          {skipped.map(([kind, count]) => `${kind.replaceAll("_", " ")} (${number(count)})`).join(", ")}.
        </p>
      )}
      {preview.bad_records > 0 && (
        <details open={preview.bad_records <= 3}>
          <summary className="wrong">
            {plural(preview.bad_records, "line")} could not be read and will be left out
          </summary>
          <ul className="notes">
            {preview.bad.map((each, at) => (
              <li key={at}>
                {each.where}: {said(each.why)}
              </li>
            ))}
            {hidden > 0 && <li>and {number(hidden)} more</li>}
          </ul>
        </details>
      )}
      {preview.unknown_ids.length > 0 && (
        <details>
          <summary>Ids without a name</summary>
          <p className="why">{preview.unknown_ids.slice(0, 100).join(", ")}</p>
        </details>
      )}
    </>
  );
}
