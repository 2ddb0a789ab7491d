"""Wording by which a statement is no decision, no lasting one, or not the speaker's own."""

from collections.abc import Iterable, Sequence
from typing import Final

from assay.ai.extractor import Message
from assay.ai.grounding import lexicon
from assay.ai.grounding.own_words import Span, own_words
from assay.ai.grounding.sentences import sentence_spans
from assay.ai.grounding.statements import Statement
from assay.text.prompt_injection import looks_like_injection

WITHIN: Final = (
    "suggestion",
    "condition",
    "others",
    "former",
    "hypothesis",
    "signs_of_joke",
    "placeholder",
    "vote",
    "passing",
    "deferral",
)
"""What makes the stated words themselves no lasting decision."""
BESIDE: Final = (
    "suggestion",
    "condition",
    "others",
    "former",
    "hypothesis",
    "joke",
    "template",
    "vote",
    "passing",
    "deferral",
    "pasted",
    "agenda",
    "draft",
    "task",
)
"""What makes them none where their author says it in the same message."""
INTRODUCED: Final = ("joke", "template", "draft", "pasted", "former", "others", "agenda")
"""The same where it leads over to the statement."""
BEFORE: Final = ("joke", "template", "draft", "pasted")
"""The same in a message before: to suggest, ask or remember first is how people come to decide."""
LEADS_OVER: Final = (":", "…", "...")
AFTER: Final = (
    "suggestion",
    "condition",
    "joke",
    "template",
    "draft",
    "vote",
    "deferral",
    "pasted",
    "hypothesis",
    "passing",
    "former",
)
STAGED: Final = ("staged",)
"""What makes everything around it no more than a game, whoever says it."""
OF_AN_ANSWER: Final = ("hedge", "passing", "signs_of_joke", "others")


def of_decision(message: Message, statement: Statement, beside: Sequence[Message]) -> str | None:
    """Why a told decision is to be doubted, in words for a person; None where nothing says so."""
    text = message.text
    if looks_like_injection(text):
        return "it gives orders to machines"
    before, after = text[: statement.sentence.start], text[statement.sentence.end :]
    prefix = text[statement.sentence.start : statement.cue.end if statement.is_labelled else statement.cue.start]
    if found := lexicon.search("prefix", "narrowing", lexicon.fold(prefix)):
        return f"{NAMES['passing']} (“{found[0]}”)"
    earlier = [own_words(each.text) for each in beside if each.sent_at <= message.sent_at and each is not message]
    later = [own_words(each.text) for each in beside if each.sent_at > message.sent_at]
    leading = [each for each in earlier if each.rstrip().endswith(LEADS_OVER)]
    zones = (
        ([text[slice(*statement.stated)]], WITHIN),
        ([own_words(before), own_words(prefix), *leading], INTRODUCED),
        ([own_words(after)], BESIDE),
        (earlier, BEFORE),
        (later, AFTER),
    )
    return next((doubt for texts, kinds in zones for each in texts if (doubt := _first(each, kinds))), None)


def staged(texts: Iterable[str]) -> str | None:
    return next((doubt for each in texts if (doubt := _first(own_words(each), STAGED))), None)


def of_answer(message: Message, span: Span, beside: Sequence[Message]) -> str | None:
    if looks_like_injection(message.text):
        return "it gives orders to machines"
    if message.text[slice(*span)].rstrip().endswith("?"):
        return "it is a question"
    texts = (own_words(message.text), *(own_words(each.text) for each in beside))
    return next((doubt for each in texts if (doubt := _first(each, OF_AN_ANSWER))), None)


def of_question(asked: Message) -> str | None:
    return _first(own_words(asked.text), ("hypothesis", "signs_of_joke"))


def asks(text: str) -> bool:
    """A question mark, or a sentence that opens like a question."""
    own = own_words(text)
    opening = lexicon.opening("grammar", "asking")
    return "?" in own or any(opening.match(lexicon.fold(own[slice(*span)])) for span in sentence_spans(own))


def _first(text: str, categories: Iterable[str]) -> str | None:
    said = lexicon.fold(text)
    for category in categories:
        if found := lexicon.search("undecided", category, said):
            return f"{NAMES[category]} (“{found[0]}”)"
    return None


NAMES: Final = {
    "suggestion": "it is a suggestion",
    "condition": "it waits for a condition",
    "others": "it reports others",
    "former": "it tells of former times",
    "hypothesis": "it is a hypothesis",
    "joke": "it may be a joke",
    "signs_of_joke": "it may be a joke",
    "placeholder": "it is an example",
    "agenda": "it is on an agenda",
    "template": "it is an example",
    "draft": "it is a draft",
    "task": "it is a task",
    "vote": "it is put to the vote",
    "passing": "it holds for a while only",
    "deferral": "it was deferred",
    "pasted": "it is quoted or pasted there",
    "hedge": "it is a guess",
    "staged": "it is a game or a drill",
}
