"""Whether claims say what their evidence says: the check of a batch, beside the review that it is a part of."""

import time
from collections.abc import Callable, Sequence
from functools import partial

from assay.ai.grounding import lexicon, limits, plain, terms
from assay.ai.grounding.support import Ground, unsupported
from assay.evaluation.cases import Case, shipped

NUMBER = 50
CACHES = (plain.plain, terms.terms_in, terms.Known.of, limits.limits_of, lexicon.language_of, lexicon.languages_of)
Claim = tuple[str, Sequence[Ground]]


def of(case: Case) -> Claim:
    """The paraphrase of a control, and the message that it is made of."""
    says = case.says or ""
    text = next(each.text for each in case.messages if says in each.text)
    return case.paraphrase or says, [Ground(text, text.index(says), text.index(says) + len(says))]


def seconds(check: Callable[[], object]) -> float:
    """Of the processor, with nothing remembered but the words."""
    for each in CACHES:
        getattr(each, "cache_clear", lambda: None)()
    begin = time.process_time()
    check()
    return time.process_time() - begin


def check(claims: Sequence[Claim]) -> None:
    for words, grounds in claims:
        unsupported(words, words, grounds)


def main() -> None:
    claims = [of(case) for case in shipped() if not case.is_trap][:NUMBER]
    check(claims)
    best = min(seconds(partial(check, claims)) for _ in range(5))
    print(f"support of {len(claims)} claims: {1000 * best:.1f} ms, {1000 * best / len(claims):.2f} ms each")


main()
