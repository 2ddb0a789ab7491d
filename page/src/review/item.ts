import type { Kind, Schemas } from "../api/client";

export type Atom = Schemas["AtomProposalView"];
export type Topic = Schemas["TopicProposalView"];
export type Proposal = Atom | Topic;
export type Detail = Schemas["Detail_AtomProposalView_"] | Schemas["Detail_TopicProposalView_"];

/** A proposal as the list and the screen show it, of either kind. */
export interface Item {
  id: string;
  kind: Kind;
  title: string;
  body: string;
  type: string;
  topic: string | null;
  channel: string | null;
  confidence: number;
  stated: number;
  /** What the scan found it to be like, and whether that is approved knowledge. */
  like: { id: string; known: boolean; differs: boolean } | null;
  explanation: string | null;
  needsAttention: boolean;
  status: Schemas["ProposalStatus"];
  version: number;
  proposal: Proposal;
}

export function isAtom(proposal: Proposal): proposal is Atom {
  return proposal.kind === "atom";
}

export function asItem(proposal: Proposal): Item {
  const like = proposal.similar_entity_id ?? proposal.similar_proposal_id;
  return {
    ...(isAtom(proposal) ? ofAtom(proposal) : ofTopic(proposal)),
    id: proposal.id,
    kind: proposal.kind,
    channel: proposal.channel,
    confidence: proposal.confidence,
    stated: proposal.stated_confidence,
    like: like
      ? { id: like, known: proposal.similar_entity_id !== null, differs: proposal.similarity_type === "update" }
      : null,
    explanation: proposal.similarity_explanation,
    needsAttention: proposal.needs_attention,
    status: proposal.status,
    version: proposal.version,
    proposal,
  };
}

function ofAtom(atom: Atom) {
  const { proposed_title: title, proposed_content: body, proposed_type: type, proposed_topic: topic } = atom;
  return { title, body, type: type ?? "atom", topic: topic.name };
}

function ofTopic(topic: Topic) {
  return { title: topic.proposed_name, body: topic.proposed_description, type: "topic", topic: null };
}
