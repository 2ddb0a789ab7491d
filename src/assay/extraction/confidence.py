"""How much an extractor's own confidence is worth, given the evidence. Nothing a message says can raise it."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assay.db.models import Proposal
from assay.proposals.evidence import AuthoredQuote
from assay.text.authors import author_key
from assay.text.prompt_injection import looks_like_injection
from assay.text.secrets import MASK

UNPROVEN: Final = 0.50
BY_MACHINES: Final = 0.60
PARTLY_PROVEN: Final = 0.80
ONE_VOICE: Final = 0.90
MORE_A_VOICE: Final = 0.2
MAX_VOICES: Final = 3
HEDGED: Final = 0.80
PARTLY_HEDGED: Final = 0.90


def _phrases(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})(?!\w)", re.IGNORECASE)


HEDGES: Final = _phrases(
    "maybe|perhaps|probably|possibly|presumably|supposedly|apparently|might",
    "not (?:really |quite |so |100% )?(?:sure|certain)|unsure|no idea",
    "i(?: would|'d)? (?:think|guess|believe|suppose|assume)|i'm guessing",
    "afaik|afaict|iirc|as far as i (?:know|remember)|if i (?:recall|remember)",
    "vielleicht|eventuell|evtl|wahrscheinlich|vermutlich|möglicherweise|womöglich|könnte sein",
    "ich (?:glaube?|denke?|vermute|schätze)|glaube? ich|denke ich|soweit ich wei(?:ß|ss)",
    "nicht (?:ganz |so )?sicher|unsicher|keine ahnung",
)


@dataclass(frozen=True, slots=True)
class EvidenceFacts:
    """What was found when the evidence of a draft was checked."""

    verified: int
    """Quotes that stand in their messages."""
    unverified: int
    people: int
    """Different human authors of the verified quotes."""
    hedged: int = 0
    """Verified quotes that doubt what they say."""
    suspicious: bool = False
    """A secret was masked in the draft, or its words or a quote give orders to whoever reads by machine."""
    unsupported: bool = False
    """The claim says something else than its verified quotes."""


@dataclass(frozen=True, slots=True)
class AttributedQuote:
    """A quote that backs something, and who said it."""

    quote: str
    verified: bool
    author: str
    is_bot: bool = False


def facts_of(voices: Sequence[AttributedQuote], own_words: str, unsupported: Sequence[str] = ()) -> EvidenceFacts:
    """`own_words`: those of what the quotes back; `unsupported`: what of them the quotes do not say."""
    proven = [voice for voice in voices if voice.verified]
    return EvidenceFacts(
        verified=len(proven),
        unverified=len(voices) - len(proven),
        people=len({author_key(voice.author) for voice in proven if not voice.is_bot}),
        unsupported=bool(unsupported),
        hedged=sum(is_hedged(voice.quote) for voice in proven),
        suspicious=MASK in own_words or any(map(looks_like_injection, (own_words, *(voice.quote for voice in voices)))),
    )


def is_hedged(quote: str) -> bool:
    return HEDGES.search(quote.replace("’", "'")) is not None


@dataclass(frozen=True, slots=True)
class WeighingStep:
    """What one fact makes of the confidence. `result`: what it is after it."""

    why: str
    result: float


def weighed(proposal: Proposal, quotes: Sequence[AuthoredQuote]) -> float:
    """The confidence of a proposal that these quotes back."""
    voices = [AttributedQuote(each.quote, each.verified, each.author, each.is_bot) for each in quotes]
    return weigh(
        proposal.stated_confidence, facts_of(voices, f"{proposal.title}\n{proposal.body}", proposal.unsupported)
    )


def weigh(stated: float, facts: EvidenceFacts) -> float:
    """The confidence that policy and metrics use, in 0..1; never less for a higher stated one.

    | fact                                             | effect                                                   |
    |--------------------------------------------------|----------------------------------------------------------|
    | two or more people say it                        | a fifth of s * (1 - s) more for each, up to three        |
    | all quotes hedge / some do                       | times .80 / times .90                                    |
    | no verified quote, a masked secret, or an order  | at most .50                                              |
    | only machines say it                             | at most .60                                              |
    | some quotes are not verified                     | at most .80                                              |
    | its quotes do not say it, or say more            | at most .80                                              |
    | one person says it                               | at most .90                                              |

    So .95 needs two people, every quote verified and none in doubt: an agreed decision, an accepted answer, or a
    statement that somebody else repeats.
    """
    return steps(stated, facts)[-1].result


def steps(stated: float, facts: EvidenceFacts) -> list[WeighingStep]:
    """How the confidence comes about: what was stated, and then each fact that changes it, in words for a person."""
    sure = min(max(stated, 0.0), 1.0) if math.isfinite(stated) else 0.0
    found = [WeighingStep("stated by whoever proposed it", sure)]
    if (more := min(max(facts.people - 1, 0), MAX_VOICES)) and sure:
        sure += sure * (1 - sure) * MORE_A_VOICE * more
        found.append(WeighingStep(f"{facts.people} people say it", sure))
    if facts.hedged and sure:
        every = facts.hedged >= facts.verified
        sure *= HEDGED if every else PARTLY_HEDGED
        found.append(WeighingStep("all quotes hedge" if every else "some quotes hedge", sure))
    most, why = _cap(facts)
    return [*found, WeighingStep(why, most)] if sure > most else found


def _cap(facts: EvidenceFacts) -> tuple[float, str]:
    """The most it can be, and why."""
    if not facts.verified:
        return UNPROVEN, "no quote was found in its message"
    if facts.suspicious:
        return UNPROVEN, "a secret was masked in it, or its words give orders to machines"
    if not facts.people:
        return BY_MACHINES, "only machines say it"
    if facts.unverified:
        return PARTLY_PROVEN, "some quotes were not found in their messages"
    if facts.unsupported:
        return PARTLY_PROVEN, "its quotes do not say it, or say more"
    return (ONE_VOICE, "one person says it") if facts.people == 1 else (1.0, "")
