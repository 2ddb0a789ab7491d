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
  /** Since this person saw it last. */
  changed: boolean;
  /** How many later ones say the same. */
  repeats: number;
  /** How many wait on it. */
  waiting: number;
  /** Who is to decide on it. */
  assignee: string | null;
  highlight: Schemas["HighlightView"] | null;
}

export function ofRow(row: QueueRow): Item {
  const { id, kind, title, topic, channel, confidence, status, version, highlight, changed, repeats, waiting } = row;
  return {
    ...{ id, kind, title, topic, channel, confidence, status, version, highlight, changed, repeats, waiting },
    type: row.type ?? kind,
    isLike: row.like !== null,
    cameBack: row.came_back,
    assignee: row.assignee?.name ?? null,
  };
}

/** An item that only the address named. */
export function ofScreen({ proposal, title, topic, match, dependents }: ReviewScreen): Item {
  const { id, kind, channel, confidence, status, version } = proposal;
  return {
    ...{ id, kind, channel, confidence, status, version, title },
    type: (proposal as Atom).proposed_type ?? kind,
    topic: topic?.name ?? null,
    isLike: match !== null,
    cameBack: false,
    changed: false,
    repeats: dependents.repeats,
    waiting: dependents.atoms,
    assignee: null,
    highlight: null,
  };
}
