"""What the rules find sound is held back where it is not proven: something said may be about it, or the talk is unlike.

Only a person can tell then. Nothing is disputed for it: it takes nothing back.
"""

from dataclasses import replace

from assay.ai.extractor import Message
from assay.ai.grounding import lexicon
from assay.ai.grounding.asides import is_thanks
from assay.ai.grounding.classifier import classifier
from assay.ai.grounding.elsewhere import is_elsewhere
from assay.ai.grounding.hearing import Subject
from assay.ai.grounding.overheard import not_understood
from assay.ai.grounding.sentences import around, sentence_spans
from assay.ai.grounding.signs import Spoken, signs
from assay.ai.grounding.standing import Standing, short
from assay.ai.grounding.statements import asks_for_consent
from assay.ai.grounding.talk import Talk
from assay.ai.grounding.verdict import Verdict
from assay.readers.records import TextSpan


def second_opinion(talk: Talk, message: Message, places: TextSpan, found: Standing) -> Standing:
    """The standing by the rules, or that it is unclear."""
    if found.verdict is not Verdict.SOUND:
        return found
    told = Spoken(message, found.span or around(message.text, *places), found.asked)
    if found.span and (goes_on := _goes_on(message.text, told.span, told.subject)):
        return _unclear(found, f"nobody can tell what goes on with “{short(goes_on)}”", message)
    said = not_understood(talk, message, told.subject)
    if classifier().vetoes(signs(talk, told), is_overheard=said is not None):
        if said:
            return _unclear(found, f"{said.author} may speak of it: {short(said.text)}", said)
        return _unclear(found, "its talk is like others in which nothing was decided in the end")
    return found


def _unclear(found: Standing, because: str, message: Message | None = None) -> Standing:
    return replace(found, verdict=Verdict.UNCLEAR, because=because, message=message)


def _goes_on(text: str, span: TextSpan, subject: Subject) -> str | None:
    """The first sentence behind a decision, in its message, that neither limits it nor is about something else."""
    behind = (text[slice(*each)] for each in sentence_spans(text) if each.start >= span.end)
    return next((each for each in behind if not _is_placed(each, subject)), None)


def _is_placed(said: str, subject: Subject) -> bool:
    limits = lexicon.opening("limiting", "openings").match(lexicon.fold(said)) is not None
    return limits or asks_for_consent(said) or is_thanks(said) or is_elsewhere(said, subject)
