"""Why a proposal waits for a person, in sentences for that person. Pure."""

from collections.abc import Callable
from typing import Final

from assay.kinds import Proposer
from assay.review.policy import Facts, Hold, Policy

Telling = Callable[[Facts, Policy], str]


def _below(facts: Facts, policy: Policy) -> str:
    return (
        f"Its confidence {facts.confidence:.2f} is below the {policy.threshold_for(facts):.2f} that the rules ask for."
    )


def _unverified(facts: Facts, _policy: Policy) -> str:
    if not facts.quotes:
        return "It quotes no message."
    return f"{facts.quotes - facts.verified_quotes} of its {facts.quotes} quotes do not stand in their message."


def _untrusted(facts: Facts, _policy: Policy) -> str:
    return f"It rests on messages of a source that is not trusted: {', '.join(sorted(facts.untrusted_sources))}."


def _proposer(facts: Facts, _policy: Policy) -> str:
    who = "A person" if facts.proposer is Proposer.PERSON else "An agent"
    return f"{who} proposed or edited it, and the machine approves no claims of theirs."


def _few_authors(facts: Facts, _policy: Policy) -> str:
    return f"Too few people say so: {facts.authors}."


TELLING: Final[dict[Hold, str | Telling]] = {
    Hold.BELOW_THRESHOLD: _below,
    Hold.NEEDS_ATTENTION: "The machine failed on it too often: it needs a person.",
    Hold.RETRIED_LATER: "The machine failed on it and tries again later.",
    Hold.NOT_SCANNED: "It was not compared with what is known yet.",
    Hold.TAKEN_BACK: "It was approved or merged before, and somebody took that back.",
    Hold.DUPLICATE: "It may say the same as something that is known or was proposed before.",
    Hold.CONTRADICTED: "It says something else about the same thing as what is known or proposed, or a later one does.",
    Hold.SAYS_MERGE: "Its extractor recommends to merge it.",
    Hold.SAYS_REJECT: "Its extractor recommends to reject it.",
    Hold.UNVERIFIED: _unverified,
    Hold.RANKED: "It was found by ranking, for people to weigh: the machine approves nothing of that kind.",
    Hold.UNTRUSTED_SOURCE: _untrusted,
    Hold.PROPOSER: _proposer,
    Hold.UNSUPPORTED: "Its evidence does not say all of it.",
    Hold.UNDECIDED: "Nobody decided or confirmed it in the talk, as far as the machine can tell.",
    Hold.OPPOSED: "It was taken back, corrected or objected to in the talk.",
    Hold.HUMAN_REQUIRED: "A rule keeps proposals like this for people.",
    Hold.FEW_AUTHORS: _few_authors,
    Hold.NO_NAME: "Its name is a date, a person, a version or a common noun.",
    Hold.NO_ATOMS: "None of its atoms is approved yet.",
    Hold.TOPIC_PENDING: "Its topic is not approved yet.",
}


def told(hold: Hold, facts: Facts, policy: Policy) -> str:
    """The reason as a sentence."""
    words = TELLING[hold]
    return words if isinstance(words, str) else words(facts, policy)
