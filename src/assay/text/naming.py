"""Whether what a topic is called is a name. Pure."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from assay.kinds import folded

_CALENDAR: Final = """
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thurs fri sat sun
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec today tomorrow yesterday tonight weekend weekday morning afternoon
    evening night noon midnight day days week weeks month months year years quarter next last this
    montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag januar februar märz mai juni juli oktober
    dezember heute morgen gestern wochenende
    lundi mardi mercredi jeudi vendredi samedi dimanche janvier février mars avril juin juillet août septembre octobre
    novembre décembre
    lunes martes miércoles jueves viernes sábado domingo enero febrero marzo abril mayo junio julio agosto septiembre
    octubre noviembre diciembre
    lunedì martedì mercoledì giovedì venerdì sabato domenica gennaio febbraio aprile maggio giugno luglio settembre
    ottobre dicembre
    maandag dinsdag woensdag donderdag vrijdag zaterdag zondag januari februari maart mei augustus
    segunda terça quarta quinta sexta janeiro fevereiro março maio junho julho setembro outubro dezembro
    poniedziałek wtorek środa czwartek piątek sobota niedziela styczeń luty marzec kwiecień maj czerwiec lipiec sierpień
    wrzesień październik listopad grudzień
    понеділок вівторок середа четвер п'ятниця пятниця субота неділя січень лютий березень квітень травень червень липень
    понеділка вівторка середи середу четверга п'ятниці п'ятницю пятницю суботи суботу неділі неділю
    серпень вересень жовтень листопад грудень сьогодні завтра вчора тиждень місяць рік ранок вечір
    matin soir midi demain hier semaine mois mañana tarde noche ayer semana mes heute abend nacht woche monat jahr
    """
_SAYS_WHEN: Final = frozenset(_CALENDAR.split())
"""Weekdays, months and what else only says when, in the languages that are read."""
_VERSION: Final = re.compile(r"v?\d[\w.+-]*|[^\W\d_]{2,}[._-]?v?\d[\w.+-]*", re.IGNORECASE)
"""A number, or a word that ends in one: `1.2.3`, `v2`, `Omap4`."""
_WORD: Final = re.compile(r"[^\W_](?:[\w.'’+#-]*[\w+#])?")
_STARTS_A_SENTENCE: Final = re.compile(r"(?:^|[.!?:;\n\"“„(]|\n\s*[-*>])[\s\"“„(*_`>-]*$")


@cache
def general() -> dict[str, str]:
    """What a topic of a channel says behind its name, by language: "Backend (general)"."""
    from assay.text.lexicon import languages, section  # it reads files, and most commands name no topic

    return {language: str(section(language, "topic")["general"]) for language in languages()}


@cache
def _of_a_channel() -> re.Pattern[str]:
    return re.compile(rf"(.+?)\s*\((?:{'|'.join(sorted(set(general().values())))})\)\s*", re.IGNORECASE)


def channel_of(topic: str) -> str | None:
    """The channel that a topic is for whatever belongs under no other; None where it is a subject of its own."""
    found = _of_a_channel().fullmatch(topic)
    return folded(found[1]) if found else None


def is_name(title: str, said: Iterable[str]) -> bool:
    """Whether it tells a subject from every other. `said`: the quotes behind it.

    No name is what
    1. has no letters,
    2. only says when: a weekday, a month, a date,
    3. is one word with a version: `Omap4`, `v2`,
    4. is one word that is not written as a proper name: all in capitals, with a capital inside, or with a capital
       within a sentence of its quotes and small in none.
    """
    words = _WORD.findall(title)
    return says_a_subject(title) and (len(words) > 1 or _is_proper(words[0], said))


def says_a_subject(title: str) -> bool:
    """Whether it has letters, says more than when, and is more than a version: the first three of these."""
    words = _WORD.findall(title)
    if not any(each.isalpha() for each in title) or all(map(_says_when, words)):
        return False
    return len(words) > 1 or not _VERSION.fullmatch(words[0])


def _says_when(word: str) -> bool:
    said = folded(word)
    return said in _SAYS_WHEN or said.removesuffix("s") in _SAYS_WHEN or said[:1].isdigit()


def _is_proper(word: str, said: Iterable[str]) -> bool:
    if any(letter.isupper() for letter in word[1:]):
        return True
    written = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    found = [(match, quote) for quote in said for match in written.finditer(quote)]
    within = [match for match, quote in found if not _STARTS_A_SENTENCE.search(quote[: match.start()][-50:])]
    return bool(within) and all(match[0][:1].isupper() for match, _ in found)
