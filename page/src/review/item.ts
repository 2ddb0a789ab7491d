import type { Kind, Schemas } from "../api/client";

export type QueueRow = Schemas["QueueRow"];
export type ReviewScreen = Schemas["ReviewScreen"];
type Atom = Schemas["AtomProposalView"];

/** A proposal as the list shows it, of either kind. */
export interface Item {
  id: string;
  kind: Kind;
  title: string;
  type: string;
  topic: string | null;
  channel: string | null;
  confidence: number;
  isLike: boolean;
  status: Schemas["ProposalStatus"];
  version: number;
  cameBack: boolean;
  /** How many say the same or wait on it. */
  weight: number;
  /** Somebody else who reads it now. */
  reader: string | null;
  highlight: Schemas["HighlightView"] | null;
}

export function ofRow(row: QueueRow): Item {
  const { id, kind, title, topic, channel, confidence, status, version, highlight } = row;
  return {
    ...{ id, kind, title, topic, channel, confidence, status, version, highlight },
    type: row.type ?? kind,
    isLike: row.like !== null,
    cameBack: row.came_back,
    weight: row.waiting + row.repeats,
    reader: row.claim?.name ?? null,
  };
}

/** An item that only the address named. */
export function ofScreen({ proposal, title, topic, match }: ReviewScreen): Item {
  const { id, kind, channel, confidence, status, version } = proposal;
  return {
    ...{ id, kind, channel, confidence, status, version, title },
    type: (proposal as Atom).proposed_type ?? kind,
    topic: topic?.name ?? null,
    isLike: match !== null,
    cameBack: false,
    weight: 0,
    reader: null,
    highlight: null,
  };
}
