import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Kind } from "../api/client";
import { percent, when } from "../ui/format";
import { Quote } from "../ui/Quote";
import { Loaded } from "../ui/States";
import { Trail } from "../ui/Trail";
import { Graph } from "./Graph";
import { AGAINST, says } from "./links";
import { asMarkdown } from "./markdown";
import { body, type EntityDetail, entity, title } from "./queries";
import { Revisions } from "./Revisions";
import type { Place } from "./search";

interface Props {
  kind: Kind;
  id: string;
  onGo: (change: Place) => void;
}

/** One thing that is known, and why it is believed. */
export function Entity({ kind, id, onGo }: Props) {
  return (
    <article className="screen" aria-labelledby="what">
      <Loaded query={useQuery(entity(kind, id))}>{(detail) => <Known key={id} {...{ detail, kind, onGo }} />}</Loaded>
    </article>
  );
}

function Known({ detail, kind, onGo }: { detail: EntityDetail; kind: Kind; onGo: Props["onGo"] }) {
  const known = detail.entity;
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(asMarkdown(detail));
    setCopied(true);
  };
  return (
    <div className="page">
      <p className="kind">
        <span className="tag type" data-type={"type" in known ? known.type : "topic"}>
          {"type" in known ? known.type : "topic"}
        </span>
        <span>{percent(known.confidence)} sure</span>
        <span>since {when(known.created_at)}</span>
        {known.archived && (
          <span className="tag" data-tone="bad">
            withdrawn
          </span>
        )}
        <button type="button" className="button small push" onClick={() => onGo({ open: undefined })}>
          Close
        </button>
      </p>
      <h2 id="what">{title(known)}</h2>
      {body(known) && body(known) !== title(known) && <p className="body">{body(known)}</p>}
      {detail.questioned_by.length > 0 && (
        <p className="mark-note" data-tone="warn">
          Questioned by {detail.questioned_by.map((each) => each.title).join("; ")}
        </p>
      )}
      <Filed {...{ detail, kind, onGo }} />
      <section className="block">
        <h3>Why we believe it</h3>
        <ul className="quotes">
          {detail.evidence.map((each, at) => (
            <li key={at}>
              <Quote quote={each} />
              <button
                type="button"
                className="linked nearby"
                onClick={() => onGo({ kind: "message", q: undefined, open: each.message_id })}
              >
                What was said around it
              </button>
            </li>
          ))}
        </ul>
        {detail.evidence.length === 0 && <p className="why">No message is quoted for it.</p>}
        {detail.decisions.map((each) => (
          <p key={each.proposal_id} className="why">
            {each.decided_by ?? "Nobody"} decided it{each.decided_at && ` on ${when(each.decided_at)}`};{" "}
            {each.proposed_by} proposed it, {percent(each.confidence)} sure. {each.notes}
          </p>
        ))}
      </section>
      <Links {...{ detail, kind, onGo }} />
      <Graph id={known.id} onGo={onGo} />
      <Revisions kind={kind} id={known.id} revision={known.revision} />
      <Trail trail={detail.trail} />
      <p>
        <button type="button" className="button small" onClick={() => void copy()}>
          {copied ? "Copied" : "Copy as Markdown"}
        </button>
      </p>
    </div>
  );
}

function Filed({ detail, kind, onGo }: { detail: EntityDetail; kind: Kind; onGo: Props["onGo"] }) {
  if (detail.filed.length === 0) return null;
  return (
    <section className="block">
      <h3>{kind === "topic" ? "Filed under it" : "Filed under"}</h3>
      <ul className="links">
        {detail.filed.map((each) => (
          <li key={each.id}>
            <button
              type="button"
              className="linked"
              onClick={() => onGo({ kind: kind === "topic" ? undefined : "topic", open: each.id })}
            >
              {each.title}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Links({ detail, kind, onGo }: { detail: EntityDetail; kind: Kind; onGo: Props["onGo"] }) {
  if (detail.links.length + detail.merged.length === 0) return null;
  return (
    <section className="block">
      <h3>Linked with</h3>
      <ul className="links">
        {detail.links.map((each) => (
          <li key={`${each.id} ${each.link_type}`}>
            <span className="tag" data-tone={each.link_type === AGAINST ? "bad" : undefined}>
              {says(each.link_type, each.outgoing)}
            </span>{" "}
            <button
              type="button"
              className="linked"
              onClick={() => onGo({ kind: kind === "topic" ? "topic" : undefined, open: each.id })}
            >
              {each.title}
            </button>
          </li>
        ))}
        {detail.merged.map((each) => (
          <li key={each.id}>
            <span className="tag">merged into it</span> {each.title}
          </li>
        ))}
      </ul>
    </section>
  );
}
