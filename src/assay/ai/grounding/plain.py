"""One spelling for what people write in many: contractions, numbers in words, usual measures."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from assay.ai.grounding import lexicon
from assay.text import quantities

UNIT: Final = r"(?:second|minute|hour|day|night|week|fortnight|month|quarter|year)"
WORDS: Final[Sequence[tuple[str, str]]] = [
    (r"\bcan(?:'t|not)\b", "can not"),
    (r"\bwon't\b", "will not"),
    (r"\bshan't\b", "shall not"),
    (r"\bi'm\b", "i am"),
    (r"\bhalf an hour\b", "30 minutes"),
    (r"\b(?:a )?quarter of an hour\b", "15 minutes"),
    (r"\bhalf a dozen\b", "6"),
    (r"\bhalf a year\b", "6 months"),
    (r"\b(?:a )?couple of\b", "2"),
    (r"\bfortnightly\b|\bevery (?:other|second) week\b|\bonce a fortnight\b", "every 2 weeks"),
    (r"\b(?:a )?fortnight\b", "2 weeks"),
    (r"\btwice\b", "2 times"),
    (r"\bthrice\b", "3 times"),
    (rf"\b(?<=within )an? (?={UNIT}\b)", "1 "),
    (rf"\b(?<=than )an? (?={UNIT}\b)", "1 "),
    (rf"\b(?<=least )an? (?={UNIT}\b)", "1 "),
    (rf"\b(?<=most )an? (?={UNIT}\b)", "1 "),
    (rf"\b(?<=after )an? (?={UNIT}\b)", "1 "),
    (r"\b(?:12 |twelve )?(?:noon|midday)\b", "12:00"),
    (r"\b(?:12 |twelve )?midnight\b", "00:00"),
    (r"\b50\s?(?:%|per ?cent\b)", "half"),
    (r"\b(?:only|just) (?=[€$£]?\d)", "at most "),
    (r"\bbetween (?=\d[\d:.]*\s?(?:[ap]\.?m\.?|h)? and \d)", "from "),
    (r"\bthe day before(?=$|[,.;]|\s(?:at|by|until)\b)", "the previous day"),
    (r"\b(?:nothing|nobody|no[ -]one|nowhere) (?:else|but)\b", "only"),
]
"""What begins where a word does."""
ENDINGS: Final[Sequence[tuple[str, str]]] = [
    (r"(?<=\w)n't\b", " not"),
    (r"(?<=\w)'re\b", " are"),
    (r"(?<=\w)'ll\b", " will"),
    (r"(?<=\w)'ve\b", " have"),
    (r"(?<=\w)'s\b|(?<=s)'(?!\w)", ""),
    (r"(?<=\d),(?=\d{3}\b)", ""),
    (r"(?<![.,]\d)(?<![.,]\d\d)(?<=\d)k\b", "000"),
    (r"(?<=\d)\s?a\.m\b\.?", " am"),
    (r"(?<=\d)\s?p\.m\b\.?", " pm"),
    (r"(?<=\d)\s?(?:%|per ?cent\b)", "%"),
]
ENGLISH: Final = [*WORDS, *ENDINGS]
AT_WORDS, AT_ENDINGS = ("|".join(f"({pattern})" for pattern, _ in each) for each in (WORDS, ENDINGS))
PLAIN: Final = re.compile(rf"\b(?:{AT_WORDS})|{AT_ENDINGS}", re.IGNORECASE)
"""The boundary stands before all that asks for one, so that most letters of a text are tried once."""
ORDINALS: Final = {
    word: f"{number}{ending}"
    for number, (word, ending) in enumerate(
        [
            ("first", "st"), ("second", "nd"), ("third", "rd"), ("fourth", "th"), ("fifth", "th"), ("sixth", "th"),
            ("seventh", "th"), ("eighth", "th"), ("ninth", "th"), ("tenth", "th"), ("eleventh", "th"),
            ("twelfth", "th"),
        ],
        start=1,
    )
}  # fmt: skip
SPELT: Final = re.compile(rf"\b(?:{quantities.SPELT})\b", re.IGNORECASE)
ORDINAL: Final = re.compile(rf"\b(?:{'|'.join(ORDINALS)})\b", re.IGNORECASE)
PRONOUN_BEFORE: Final = re.compile(
    r"(?:\b(?:the|this|that|these|those|each|every|no|any|which|another|other|small|big|last|next|new|old|only)\s)$",
    re.IGNORECASE,
)
COUNTED: Final = re.compile(r"\s+([a-z-]+)", re.IGNORECASE)
ELIDED: Final = re.compile(r"\b(?:[ldjcsmt]|qu|dell|all|nell|sull|dall|un)'(?=\w)", re.IGNORECASE)
NEGATED: Final = re.compile(r"\bn'(?=\w)", re.IGNORECASE)


@lru_cache(maxsize=4_096)
def plain(text: str) -> str:
    """The text with its numbers in digits and its contractions written out; capitals are kept."""
    text = text[: lexicon.MAX_CHARACTERS].translate(lexicon.FOLDED_SIGNS)
    if lexicon.language_of(lexicon.fold(text)) not in ((), ("en",)):
        return NEGATED.sub("ne ", ELIDED.sub("", text))
    text = SPELT.sub(_in_digits, text)
    text = PLAIN.sub(lambda found: ENGLISH[(found.lastindex or 1) - 1][1], text)
    return ORDINAL.sub(_ordinal(text), text)


def _in_digits(found: re.Match[str]) -> str:
    """A number in words in digits; "one" only where it counts something."""
    words = found[0].lower()
    if words == "one":
        following = COUNTED.match(found.string, found.end())
        counts = following and following[1].lower() not in lexicon.words("grammar", "function_words")
        if not counts or PRONOUN_BEFORE.search(found.string[max(0, found.start() - 12) : found.start()]):
            return found[0]
    return f"{quantities.amount(words):.12g}"


def _ordinal(text: str) -> Callable[[re.Match[str]], str]:
    def instead(found: re.Match[str]) -> str:
        is_time = found[0].lower() == "second" and re.search(r"\d\s?$", text[max(0, found.start() - 3) : found.start()])
        return found[0] if is_time else ORDINALS[found[0].lower()]

    return instead
