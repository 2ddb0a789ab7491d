"""Words by which people show what kind of statement they make.

A cue names the type, not the worth: measured, its strength says nothing about whether a reader keeps the statement.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from assay.ai.providers.offline.patterns import opening, phrases
from assay.kinds import AtomType


class Cue(NamedTuple):
    type: AtomType
    strength: float
    pattern: re.Pattern[str]


CUES: Final = (
    Cue(AtomType.DECISION, 0.95, phrases(r"""
        (?:we|it was|it's been|been|the team|team|board|council)(?: have| has|'ve| all)? (?:agreed|decided|
            chosen|settled),
        (?:the |our )?decision (?:is|was) (?:to|that|not), consensus (?:is|was),
        we(?:'ve| have)? (?:settled on|chosen|picked|voted (?:to|for)|opted (?:to|for)), it has been decided
    """)),
    Cue(AtomType.DECISION, 0.75, phrases(r"""
        (?:we're|we are|we will|we'll) (?:not )?(?:going to |gonna |not )?(?:go(?:ing)? with|us(?:e|ing)|
            keep(?:ing)?|drop(?:ping)?|stick(?:ing)?|switch(?:ing)?|mov(?:e|ing)|postpon(?:e|ing)|
            defer(?:ring)?|ship(?:ping)?|target(?:ing)?|adopt(?:ing)?|replac(?:e|ing)|standardi[sz](?:e|ing)),
        we(?:'ve| have)? (?:switched|moved|migrated|dropped|postponed|deferred)(?: to| from| the| it)?,
        (?:from now on|going forward|starting (?:with|from) \w+),? (?:we|all|every|the|no),
        (?:the plan|plan) is to
    """)),
    Cue(AtomType.DECISION, 0.55, phrases(r"""
        let's (?:go with|use|keep|drop|move|defer|postpone|make|not|leave|target|aim|switch|adopt|stick with|
            standardi[sz]e),
        (?:i|we) (?:propose|vote|suggest) (?:that|to|we|for|using), proposal:, proposing
    """)),
    Cue(AtomType.SOLUTION, 0.85, phrases(r"""
        (?:the )?(?:fix|workaround|solution|trick|answer) (?:is|was|would be|for),
        to (?:fix|solve|work around|avoid|resolve) (?:this|that|the|it|these)?,
        (?:fixed|solved|resolved)(?: it| this| that)? (?:by|with|in), (?:fixes|solves|resolves) (?:the|this|it)
    """)),
    Cue(AtomType.SOLUTION, 0.65, phrases(r"""
        (?:you|one|we) (?:can|could|need to|have to|should|must|may|might want to|just) (?:also |just |simply |
            then |either |always |probably )?(?:use|add|set|put|run|install|create|change|edit|remove|delete|
            disable|enable|write|call|pass|define|wrap|replace|upgrade|upload|specify|configure|import|include)
    """)),
    Cue(AtomType.SOLUTION, 0.65, opening(r"""
        to [^,]{5,90},\s(?:use|run|set|add|call|open|hold|choose|delete|remove|restart|press|click|install|start)
    """)),
    Cue(AtomType.SOLUTION, 0.5, opening(r"""
        (?:just |try |simply )?(?:use|add|set|install|run|change|remove|enable|disable|put|wrap|upgrade|edit|
            define|pass|replace|clear|restart|pin|try (?:using|adding|setting|to)) \S+ \S+
    """)),
    Cue(AtomType.PROBLEM, 0.8, phrases(r"""
        (?:doesn't|does not|don't|didn't|won't|can't|cannot|isn't|is not|aren't|not) (?:seem to )?(?:work|
            working|load|start|show|display|compile|build|install|boot|connect|recogni[sz]e|render|find|save|
            upload|sync|update|deliver|send|arrive),
        (?:throws?|threw|getting|gets?|got|gives?|gave|returns?|fails? with|seeing|see)(?: me)? (?:an?|the|this|
            some) (?:[\w-]+ ){0,3}(?:error|exception|warning|failure|crash|timeout|blank page|500|502|503|504|
            404|403),
        crash(?:es|ed|ing)?, regression, broken, fails, failing,
        (?:has|have|keeps?|just|always|sometimes) fail(?:ed|ing), memory leaks?, segfaults?, hangs, times? out,
        timing out, out of memory, races?, leaks?, flaky, data loss,
        (?:is|are|was) (?:lost|corrupted|duplicated|down)
    """)),
    Cue(AtomType.PROBLEM, 0.6, phrases(r"""
        (?:the|our) (?:problem|issue|bug|trouble) (?:is|with|was),
        (?:there's|there is|known) (?:an? |no )?(?:[\w-]+ ){0,2}(?:bug|problem|issue|race),
        having (?:trouble|problems|issues),
        (?:customers|users|people|clients) (?:are |keep )?(?:complain\w*|report\w*|can't|cannot|confus\w*|
            seeing|see)
    """)),
    Cue(AtomType.REQUIREMENT, 0.85, phrases(r"""
        must(?: not| never| always)? (?!have (?:been|had)\b)\w+,
        (?:has to|have to|needs? to) (?:be|have|support|work|provide|include|run|pass|handle|meet|contain|stay|
            keep|comply|allow),
        (?:is|are) (?:an? )?(?:hard |strict )?(?:required|requirement|mandatory),
        (?<!not )(?<!n't )(?<!generally )requires? (?:an?|at least|php|java|python|version|that|the|every|all|two),
        (?:may|shall|is|are) (?:not|never) (?:be )?(?:allowed|permitted|leave|exceed),
        (?:is|are) not allowed to, shall, no (?:more|less) than
    """)),
    Cue(AtomType.REQUIREMENT, 0.5, phrases(r"""
        (?:should|ought to) (?:have|support|never|always|not|be (?!ready|fine|good|better|best|ok|okay|enough|
            able|possible|working|there|much|an? |the |so|in |at )),
        (?:the|an?|every|each|all|users|customers|admins) (?:[\w-]+ ){1,3}should \w+,
        we need (?:an?|the|to|some|more)
    """)),
    Cue(AtomType.INSIGHT, 0.8, phrases(r"""
        turns out, turned out, the reason (?:is|was|why|that), root cause,
        (?:it's|it is|it was|that's|that is) because, caused by,
        (?:i|we) (?:realized|realised|learned|learnt|found out|discovered|noticed|found|measured) (?:that|the|out)?,
        (?:came|comes) from
    """)),
    Cue(AtomType.INSIGHT, 0.55, phrases(r"""
        (?:is|are|was) (?:much |far |a lot |significantly |\d+ ?%? ?(?:times )?)?(?:faster|slower|better|worse|
            safer|simpler|cheaper|more \w+|less \w+) than,
        only (?:works?|applies|happens|runs|sees) (?:if|when|for|with|on|in), by default, \d+ ?%, on average
    """)),
    Cue(AtomType.INSIGHT, 0.4, phrases(r"""
        because(?: of)? the, due to, means that, unless, has no effect, under the hood, instead of
    """)),
    Cue(AtomType.PATTERN, 0.75, phrases(r"""
        (?:best|good|common|usual|recommended|bad) (?:practice|pattern|approach|convention|idiom|way to),
        (?:we|people|they|i) (?:usually|always|generally|typically|tend to|normally|never) \w+, rule of thumb,
        as a rule, in general, the convention, our convention, idiomatic, every time (?:we|a|an|the),
        whenever (?:we|a|an|the),
        (?:every|each) (?:monday|tuesday|wednesday|thursday|friday|week|sprint|month|quarter|release)
    """)),
)  # fmt: skip

CONFIRMING: Final = phrases(r"""
    that (?:works|worked|did it|fixed|fixes|helps?|helped|was it|solved), works now, it works, working now,
    that(?:'s| is) it, fixed it, did the trick, solved it, brilliant, exactly what, problem solved,
    all good now, works (?:great|fine|perfectly|like a charm), confirmed, can confirm, resolved now, fixed now,
    green (?:again|now)
""")  # fmt: skip
THANKING: Final = phrases(r"""
    thanks?, thank you, thx, ty, cheers, perfect, awesome, got it, makes sense, ah,? (?:ok|right|i see|yes),
    i see, great, good to know
""")  # fmt: skip
REFUSING: Final = phrases(r"""
    (?:that|it|this) (?:didn't|did not|doesn't|does not) (?:help|work|fix|change|do (?:it|anything)),
    that's not it, same (?:error|problem|result), not what i (?:meant|asked)
""")
FAILING_STILL: Final = phrases(r"""
    still, not, doesn't, didn't, no luck, but, except, nope, unfortunately, same (?:error|problem|issue)
""")


def cues_in(text: str) -> dict[AtomType, float]:
    """The strongest cue of every type that the sentence shows."""
    found: dict[AtomType, float] = {}
    for cue in CUES:
        if found.get(cue.type, 0.0) < cue.strength and cue.pattern.search(text):
            found[cue.type] = cue.strength
    return found


def strongest(cues: Mapping[AtomType, float]) -> float:
    return max(cues.values(), default=0.0)


def confirms(text: str) -> bool:
    """Words by which somebody says that a thing was solved."""
    return CONFIRMING.search(text[:160]) is not None and FAILING_STILL.search(text[:160]) is None


def accepts(text: str) -> bool:
    """Words by which somebody takes an answer."""
    return FAILING_STILL.search(text[:160]) is None and (confirms(text) or THANKING.search(text[:160]) is not None)


def refuses(text: str) -> bool:
    """Words by which somebody says that an answer did not help."""
    return REFUSING.search(text[:160]) is not None
