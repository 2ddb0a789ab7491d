"""Wording by which a statement is no decision, no lasting one, or not the speaker's own."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from assay.ai.extractor import Message
from assay.ai.grounding import lexicon
from assay.ai.grounding.own_words import own_words
from assay.ai.grounding.sentences import sentence_spans
from assay.ai.grounding.statements import Statement, asks_for_consent
from assay.ai.grounding.words import content_words
from assay.readers.records import TextSpan
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
    "unclear",
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
LEADING: Final = (*INTRODUCED, "condition", "suggestion", "hypothesis")
"""The same where it stands in one sentence with it, before it."""
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


FORMS_OF_QUESTIONS: Final = ("asking", "wanting", "yes_or_no")
MIN_SUBJECTS: Final = 2
"""Words with a meaning, in a question that a stranger understands."""
CLAUSE: Final = re.compile(r"(?:[,:;.–—…]|\s-|^@\S+)\s+")
MAX_TAG: Final = 2
"""Words."""
MAX_CLAUSES: Final = 3
"""Of a sentence, in which a question may begin."""


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
    before_it = [before, *earlier[:1]]
    leading = [each for each in earlier if each.rstrip().endswith(LEADS_OVER)]
    if _asks_back(after):
        return NAMES["suggestion"]
    zones = (
        ([text[slice(*statement.stated)]], WITHIN),
        ([own_words(before), *leading], INTRODUCED),
        ([own_words(prefix)], LEADING),
        ([own_words(after)], BESIDE),
        ([] if _is_earnest(prefix, *before_it) else earlier, BEFORE),
        (later, AFTER),
    )
    return next((doubt for texts, kinds in zones for each in texts if (doubt := _first(each, kinds))), None)


def _is_earnest(*said: str) -> bool:
    """Whether somebody says that the fun is over."""
    return any(lexicon.search("earnest", "words", lexicon.fold(each)) for each in said)


def may_be_agreed_to(text: str) -> bool:
    """A proposal, a judgement or a wish: what else is told is a fact, that nobody agrees to."""
    said = lexicon.fold(own_words(text))
    return "?" in said or any(
        lexicon.search("undecided", key, said) for key in ("suggestion", "judgement", "vote", "agenda")
    )


def _asks_back(after: str) -> bool:
    """Whether a word or two behind it ask whether it is so: "Right?"."""
    spans = sentence_spans(own_words(after))
    first = after[slice(*spans[0])] if spans else ""
    return first.endswith("?") and len(first.split()) <= MAX_TAG and not asks_for_consent(first)


def staged(texts: Iterable[str]) -> str | None:
    return next((doubt for each in texts if (doubt := _first(own_words(each), STAGED))), None)


def of_answer(message: Message, span: TextSpan, beside: Sequence[Message]) -> str | None:
    if looks_like_injection(message.text):
        return "it gives orders to machines"
    if message.text[slice(*span)].rstrip().endswith("?"):
        return "it is a question"
    if _says_nothing(message.text[slice(*span)]):
        return "the answer says nothing by itself"
    later = (own_words(each.text) for each in beside if not _is_looking(each, message))
    return next((doubt for each in (own_words(message.text), *later) if (doubt := _first(each, OF_AN_ANSWER))), None)


def _says_nothing(answer: str) -> bool:
    """Yes or no, and nothing else: what was asked is then nobody's statement."""
    said = lexicon.fold(answer)
    for opening in (lexicon.opening("consent", "openings"), lexicon.opening("against", "refusals")):
        found = opening.match(said)
        said = said[found.end() :] if found else said
    return not content_words(said)


def _is_looking(said: Message, answer: Message) -> bool:
    """Before the answer: whoever goes to look does not guess any more when he comes back."""
    return said.sent_at < answer.sent_at and lexicon.search("undecided", "looking", lexicon.fold(said.text)) is not None


def of_question(asked: Message) -> str | None:
    if not stands_alone(asked.text):
        return "what was asked hangs on what was said before it"
    return _first(own_words(asked.text), ("hypothesis", "signs_of_joke"))


def stands_alone(question: str) -> bool:
    """Whether it has the form of a question and names something: a piece of one, or a guess with a question mark
    behind it, goes on with an earlier one. Other languages than English ask in the form of a statement too."""
    own = own_words(question)
    said = lexicon.fold(own)
    if len(content_words(own)) < MIN_SUBJECTS:
        return False
    languages = lexicon.language_of(said)
    if "en" not in languages and (languages or not said.isascii()):
        return True
    clauses = (each for span in sentence_spans(said) for each in CLAUSE.split(said[slice(*span)]))
    return any(lexicon.opening("grammar", key).match(each) for each in clauses for key in FORMS_OF_QUESTIONS)


def asks(text: str) -> bool:
    """A question mark, or a sentence that opens like a question, after whom it is asked of."""
    own = own_words(text)
    return "?" in own or opens_asking(own)


def opens_asking(text: str) -> bool:
    """A sentence of it says itself what is asked: "even on Sundays?" does not, and goes on from what was said."""
    own = own_words(text)
    return any(_opens_like_a_question(lexicon.fold(own[slice(*span)])) for span in sentence_spans(own))


def _opens_like_a_question(said: str) -> bool:
    if lexicon.opening("grammar", "asking").match(said):
        return True
    clauses = re.split(r"[,:]\s+", said)[:MAX_CLAUSES]
    return any(lexicon.opening("grammar", "wanting").match(clause) for clause in clauses)


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
    "unclear": "it speaks of what only those know who were there",
    "staged": "it is a game or a drill",
}
