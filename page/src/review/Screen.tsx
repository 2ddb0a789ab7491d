import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { Trail } from "../ui/Trail";
import { Candidates } from "./Candidates";
import { Confidence } from "./Confidence";
import { Evidence } from "./Evidence";
import { Group } from "./Group";
import type { Item, ReviewScreen } from "./item";
import type { Named } from "./keys";
import { Match } from "./Match";
import { isDecided, type Mark } from "./marks";
import { Note } from "./Note";
import { screen } from "./queries";
import { useReading } from "./useReading";

interface Props {
  item: Item;
  mark: Mark | undefined;
  candidate: string | undefined;
  onCandidate: (id: string) => void;
  onDrawn: (id: string) => void;
  onMark: (change: Mark | null) => void;
  onAct: (name: Named) => void;
  onUndo: () => void;
}

/** One proposal with all that is needed to decide on it. */
export function Screen({ item, mark, candidate, onCandidate, onDrawn, onMark, onAct, onUndo }: Props) {
  const first = useQuery(screen(item.id));
  const beside = useQuery({ ...screen(item.id, candidate), enabled: candidate !== undefined });
  const shown = first.data;
  const match = candidate === undefined ? shown?.match : beside.data?.match;
  useReading(item.id, shown, !isDecided(mark));
  const isOpen = Boolean(shown?.may_decide && shown.proposal.status === "pending" && !isDecided(mark));
  useDecidedElsewhere(shown, mark, onMark);
  const settled = first.isFetched;
  useEffect(() => {
    if (!settled) return undefined;
    const frame = requestAnimationFrame(() => onDrawn(item.id)); // a key acts on what can be seen
    return () => cancelAnimationFrame(frame);
  }, [settled, item.id, onDrawn]);
  return (
    <div className="page" data-settled={settled || undefined}>
      <Note {...{ item, mark, shown, onUndo }} onCaughtUp={() => onMark(null)} />
      <p className="kind">
        <span className="tag type" data-type={item.type}>
          {item.type}
        </span>
        {shown?.topic && (
          <span className="tag">
            {shown.topic.name}
            {shown.topic.state !== "approved" && ` (${shown.topic.state})`}
          </span>
        )}
        {item.channel && <span>from #{item.channel}</span>}
      </p>
      <h2 id="what">{shown?.title ?? item.title}</h2>
      {shown?.body && shown.body !== shown.title && <p className="body">{shown.body}</p>}
      {shown && <Confidence shown={shown} onReplace={isOpen ? () => onAct("replace") : undefined} />}
      <Evidence shown={shown} />
      {match && shown && (
        <Match {...{ match, title: shown.title, body: shown.body }} mayAct={isOpen} onApart={() => onAct("apart")} />
      )}
      {shown && <Candidates all={shown.candidates} shown={match?.other.id} onShow={onCandidate} />}
      {shown && isOpen && <Group shown={shown} onDecide={() => onAct("group")} />}
      {shown && <Trail trail={shown.history} />}
      {first.isError && (
        <p className="wrong" role="alert">
          {first.error.message}
        </p>
      )}
    </div>
  );
}

/** Of a decision that was missed while the connection was away the list learns here. */
function useDecidedElsewhere(shown: ReviewScreen | undefined, mark: Mark | undefined, onMark: (mark: Mark) => void) {
  const told = useRef(onMark);
  told.current = onMark;
  const verb = shown?.proposal.status;
  const by = shown?.people[shown.proposal.reviewed_by_user_id ?? 0]?.name ?? "Assay";
  const isNews = verb !== undefined && verb !== "pending" && mark === undefined;
  useEffect(() => {
    if (isNews) told.current({ verb, by });
  }, [isNews, verb, by]);
}
