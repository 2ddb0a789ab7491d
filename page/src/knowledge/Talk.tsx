import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../api/client";
import { when } from "../ui/format";
import { Loaded } from "../ui/States";
import { talk } from "./queries";

type Message = Omit<Schemas["MessageView"], "quoted">;

const FEW = 5;
const MORE = 15;
const MOST = 50;

/** A message with what was said before and after it. */
export function Talk({ id, onClose }: { id: string; onClose: () => void }) {
  const [before, setBefore] = useState(FEW);
  const [after, setAfter] = useState(FEW);
  const query = useQuery({ ...talk(id, before, after), placeholderData: keepPreviousData });
  return (
    <article className="screen" aria-labelledby="talk">
      <Loaded query={query}>
        {({ message, before: earlier, after: later }) => (
          <div className="page">
            <p className="kind">
              <span>from {message.source}</span>
              {message.thread && <span>in a thread</span>}
              {message.permalink && (
                <a href={message.permalink} target="_blank" rel="noreferrer">
                  Open it where it was said
                </a>
              )}
              <button type="button" className="button small push" onClick={onClose}>
                Close
              </button>
            </p>
            <h2 id="talk">#{message.channel}</h2>
            <ol className="quotes conversation">
              <More
                name="Show earlier ones"
                isThere={earlier.length === before && before < MOST}
                onMore={() => setBefore(before + MORE)}
              />
              {earlier.map((each) => (
                <Said key={each.id} message={each} />
              ))}
              <Said message={message} isOpen />
              {later.map((each) => (
                <Said key={each.id} message={each} />
              ))}
              <More
                name="Show later ones"
                isThere={later.length === after && after < MOST}
                onMore={() => setAfter(after + MORE)}
              />
            </ol>
          </div>
        )}
      </Loaded>
    </article>
  );
}

function More({ name, isThere, onMore }: { name: string; isThere: boolean; onMore: () => void }) {
  if (!isThere) return null;
  return (
    <li>
      <button type="button" className="button small" onClick={onMore}>
        {name}
      </button>
    </li>
  );
}

function Said({ message, isOpen }: { message: Message; isOpen?: boolean }) {
  return (
    <li aria-current={isOpen}>
      <p className="by">
        <span className="face" aria-hidden="true">
          {Array.from(message.author)[0]?.toUpperCase()}
        </span>
        <strong>{message.author}</strong>
        <time dateTime={message.sent_at}>{when(message.sent_at)}</time>
        {message.is_bot && <span className="tag">bot</span>}
        {message.forwarded_from && <span className="tag">forwarded from {message.forwarded_from}</span>}
        {message.version > 1 && <span className="tag">edited</span>}
      </p>
      <blockquote>{message.text}</blockquote>
    </li>
  );
}
