"""Keys, tokens and passwords in a chat: one list of where they stand, for all who must not pass them on."""

import re
from collections.abc import Iterator
from typing import Final

from assay.text.access_codes import access_codes
from assay.text.homoglyphs import is_invisible, latin_lookalike
from assay.text.secret_values import Suspicion, is_random, is_secret

Place = tuple[int, int]
MASK: Final = "[masked]"

KNOWN: Final = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z)"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{12,}"
    r"|\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|sk-|[spr]k_(?:live|test)_|npm_|pypi-|hf_|AIza|ya29\.|SG\.)[\w-]{8,}"
    r"|\beyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]*)?"
    r"|(?<!\w)\d{8,10}:[A-Za-z0-9_-]{35}(?![\w-])",
    re.DOTALL,
)  # fmt: skip
PLACED: Final = re.compile(
    r"://[^\s/:@]{0,80}:(?P<in_address>[^\s@]{3,120})(?=@)"
    r"|hooks\.slack\.com/(?:services|workflows)/(?P<slack>[\w/]{10,})"
    r"|discord(?:app)?\.com/api/webhooks/\d{5,25}/(?P<discord>[\w-]{20,})"
    r"|[?&](?:key|sig|signature|auth|access_token|code)=(?P<parameter>[\w%~.-]{16,})"
    r"|(?:(?<=\s)-u|--user)[ =]['\"]?[^\s:'\"]{1,80}:(?P<curl>(?!\d{1,6}\b)[^\s'\"]{3,120})"
    r"|\bsshpass -p ?['\"]?(?P<ssh>[^\s'\"]{4,120})"
    r"|\bmysql(?:dump)? [^\n|;]{0,60}?(?<=\s)-p(?P<mysql>[^\s'\"]{5,120})"
    r"|\bauthorization: ?basic (?P<header>[\w+/=]{6,})"
    r"|\bbasic\s{1,3}(?P<basic>(?=[A-Za-z+/]{0,200}[\d=])[A-Za-z0-9+/]{12,}={0,2})"
    r"|\bbearer\s{1,3}(?P<bearer>(?=[^\s'\"`]{0,80}[\d!@#$%^&*+/])[^\s'\"`,;]{6,})"
    r"|\b(?:cvv2?|cvc2?)[^\w\n]{0,3}(?:is |ist )?(?P<cvv>\d{3,4})\b"
    r"|\bpin\b[^\w\n]{0,3}(?:code )?(?:[^.!?\n]{0,30}?\b(?:is|ist|lautet) )?(?P<pin>\d{4,8})(?![\w%]|[.,]\d)",
    re.IGNORECASE,
)
FOR_PEOPLE: Final = (
    r"pass(?:word|wd|phrase|code|wort)|kennwort|wachtwoord|contraseña|mot de passe|pwd"
    r"|(?:wifi|wi-fi|wlan|door|gate|alarm|tür|lock)[ -]?(?:key|code)"
)
FOR_MACHINES: Final = (
    r"secret(?:[ _-]?key)?|token|credentials?|zugangsdaten"
    r"|(?:api|access|private|signing|encryption|license|auth|shared|client|bot)[ _-]?(?:key|secret|schlüssel)"
)
NAMED: Final = re.compile(rf"(?P<password>{FOR_PEOPLE})|(?P<other>{FOR_MACHINES})|\bkey\b|schlüssel\b", re.IGNORECASE)
ABOUT: Final = re.compile(
    r"s\b|[ -]?(?:polic|reset|manager|field|form|length|hash|rule|rotation|prompt|page|check|strength|change|input"
    r"|expir|protect|stor(?:e|age)\b|file|lifetime|endpoint|service|generator|vault|hint|box|confirm|richtlinie|regel|länge)",
    re.IGNORECASE,
)
"""What stands behind the name of a secret where the talk is of secrets, and not of one."""
WINDOW: Final = 64
"""Characters behind the name of a secret within which it may follow."""
ASSIGNED: Final = re.compile(
    r"['\"`]?(?P<kind>\w{0,20})['\"`]?\s{0,3}(?:[:=]|->|=>)\s{0,3}['\"`]?(?P<value>[^\s'\"`,;]{4,120})"
)
LINKED: Final = re.compile(
    r"\b(?P<link>lautet|est|es"
    r"|heißt|heisst|is|ist|was|war|are|sind|to|as|auf|als|with)(?: now| still| jetzt| nun| currently)?"
    r":?\s{1,3}(?P<mark>['\"`“„»]?)(?P<value>[^\s'\"`“”„«»,;]{4,120})(?P<after>[^\n]{0,12})",
    re.IGNORECASE,
)
FOLLOWING: Final = re.compile(r"\s{1,3}['\"`“„]?(?P<value>[^\s'\"`“”„,;]{5,120})")
MAX_VALUE_LENGTH: Final = 120
"""Characters of a value that are judged; where it is a secret, the rest of it is one too."""
REST: Final = re.compile(r"[^\s'\"`,;]*")
END: Final = re.compile(r"[.!?](?=\s|\Z)|\n")
END_OF_CLAUSE: Final = re.compile(
    r"['\"`”“.!,;)]|\s*\Z|\s(?:until|till|for|on|since|and|now|from|in|at|bis|für|und|seit|ab|im)\b"
)
BEFORE: Final = re.compile(
    r"(?<!\S)['\"`]?(?P<value>[^\s'\"`]{5,120})['\"`]?\s(?:is|as|was|ist|als)\s(?:the|our|my|your|das|unser|mein|dein)\s"
    rf"(?:[\w-]{{1,30}}\s){{0,3}}?(?:{FOR_PEOPLE}|{FOR_MACHINES})\b",
    re.IGNORECASE,
)
LOGIN: Final = re.compile(
    r"\b(?:log(?:ging)? ?(?:in|on|into)|sign(?:ing)? ?in|credentials?|einloggen|anmelden|zugang|account"
    r"|user(?:name)?)\b",
    re.IGNORECASE,
)
PAIR: Final = re.compile(
    r"(?<![\w/.:])[\w.@+-]{2,60}(?P<gap> ?[/:] ?|,? (?:with|using|mit|and|und|pass|pw) )['\"`]?"
    r"(?P<value>[^\s'\"`]{6,120})"
)
SIGN: Final = re.compile(r"[!@#$%^&*+=?]")
RUN: Final = re.compile(r"[A-Za-z0-9+/_]{32,}")
"""Long enough to be a key; it is one where small and capital letters and digits are mixed, and it is no path."""
NEAR: Final = re.compile(r"(?<![\w/-])[A-Za-z0-9+=_]{16,}(?![\w-])")
REVISION: Final = re.compile(
    r"(?:commit|revision|rev|sha|changeset|merge|checksum|digest)[ :=@]{1,2}`?$", re.IGNORECASE
)
MIN_DIGITS: Final = 3
MAX_SLASHES: Final = 1
CARD: Final = re.compile(
    r"(?<![\w.-])[3-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{3,4}(?![\w-])|(?<![\w.-])3\d{3}[ -]\d{6}[ -]\d{5}(?![\w-])"
)


def masked(text: str) -> str:
    """The text with what is obviously a secret covered."""
    parts, position = [], 0
    for start, end in secret_places(text):
        if end > position:
            parts += [text[position:start], MASK] if start >= position else []
            position = end
    return "".join([*parts, text[position:]])


def secret_places(text: str) -> list[Place]:
    """Where secrets begin and end, in order; some may lie within others."""
    codes = access_codes(text)
    if text.isascii():
        return sorted({*_places(text), *codes})
    kept = [place for place, character in enumerate(text) if not is_invisible(character)]
    shown = "".join(latin_lookalike(text[place]) for place in kept)
    return sorted({*((kept[start], kept[end - 1] + 1) for start, end in _places(shown)), *codes})


def _places(text: str) -> list[Place]:
    places = {found.span() for found in KNOWN.finditer(text)}
    places |= {found.span(found.lastgroup or 0) for found in PLACED.finditer(text)}
    places |= {found.span() for found in RUN.finditer(text) if _is_mixed(found[0])}
    places |= {found.span() for found in CARD.finditer(text) if _is_card(found[0])}
    for found in BEFORE.finditer(text):
        if is_secret(found["value"], Suspicion.TOLD):
            places.add(found.span("value"))
    covered = 0
    for found in NAMED.finditer(text):
        if found.start() >= covered:
            behind = list(_behind_name(text, found))
            places.update(behind)
            covered = max((end for _, end in behind), default=covered)
    for found in LOGIN.finditer(text):
        places.update(_behind_login(text, found.end()))
    return sorted(place for place in places if place[1] > place[0])


def _behind_name(text: str, name: re.Match[str]) -> Iterator[Place]:
    is_password, start = name["password"] is not None, name.end()
    is_bare_key = name.lastgroup is None
    if not is_bare_key and (assigned := ASSIGNED.match(text, start)):
        yield from _worth(assigned, Suspicion.STATED if is_password else Suspicion.TOLD)
    end = END.search(text, start, start + WINDOW)
    stop = end.start() if end else min(len(text), start + WINDOW)
    about = ABOUT.match(text, start)
    if not (about or is_bare_key) and (following := FOLLOWING.match(text, start)):
        yield from _worth(following, Suspicion.TOLD if is_password else Suspicion.NEAR)
    for linked in () if is_bare_key else LINKED.finditer(text, start, stop + 1 + MAX_VALUE_LENGTH):
        if linked.start() <= stop:
            yield from _worth(linked, _trust_of(linked, is_password=is_password, about=about is not None))
    for run in NEAR.finditer(text, start, stop + 64):
        if (
            run.start() <= stop
            and is_random(run[0])
            and not REVISION.search(text, max(0, run.start() - 14), run.start())
        ):
            yield run.span()


def _trust_of(linked: re.Match[str], *, is_password: bool, about: bool) -> Suspicion:
    link = linked["link"].casefold()
    if about or link in {"with", "als", "are", "sind"}:
        return Suspicion.NEAR
    if link in {"lautet", "heißt", "heisst"} or (linked["mark"] and is_password):
        return Suspicion.STATED
    ends = linked["value"][-1] in ".!" or END_OF_CLAUSE.match(linked["after"])
    is_named = is_password and link in {"is", "ist", "est", "es", "was", "war"} and ends
    return Suspicion.TOLD_PASSWORD if is_named else Suspicion.TOLD


def _behind_login(text: str, start: int) -> Iterator[Place]:
    for pair in PAIR.finditer(text, start, start + WINDOW + 60):
        value = pair["value"].rstrip(".,;:)")
        is_mixed = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
        if (
            is_mixed
            and "/" not in value
            and (SIGN.search(value) or pair["gap"].startswith(" ") or _has_both_cases(value))
        ):
            yield from _worth(pair, Suspicion.TOLD)


def _worth(found: re.Match[str], trust: Suspicion) -> Iterator[Place]:
    start = found.start("value")
    value = found["value"].rstrip(".:)?")
    if is_secret(value, trust):
        end = start + len(value)
        rest = REST.match(found.string, end) if len(value) >= MAX_VALUE_LENGTH else None
        yield start, rest.end() if rest else end


def _has_both_cases(run: str) -> bool:
    return any(map(str.islower, run)) and any(map(str.isupper, run))


def _is_mixed(run: str) -> bool:
    return _has_both_cases(run) and sum(map(str.isdigit, run)) >= MIN_DIGITS and run.count("/") <= MAX_SLASHES


def _is_card(number: str) -> bool:
    """True where the last digit is the check digit of the others."""
    digits = [int(c) for c in reversed(number) if c.isdigit()]
    return sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2]) in range(0, 300, 10)
