"""The phrases of each language, as a native speaker finds and extends them."""

import ast
import re
import tomllib
from importlib import resources
from typing import Any

import pytest

from assay.ai import rules
from assay.ai.rules import lexicon
from assay.kinds import AtomType

ELSEWHERE = {("restatement", "unimportant")}
ASKING = {"phrases", "opening", "alternatives", "words", "by_language"}
BY_MARK = {("marked", name) for name in ("agreed", "action", "vote", "info", "idea", "topic", "other")}


def lists(language: str) -> dict[tuple[str, str], list[str]]:
    """Section and key to phrases."""
    sections = {name: found for name, found in lexicon.languages()[language].items() if isinstance(found, dict)}
    return {(name, key): found for name, section in sections.items() for key, found in section.items()}


def asked_for() -> set[tuple[str, str]]:
    """What the rules read."""
    named = [[each.value for each in call.args if isinstance(each, ast.Constant)] for call in calls(ASKING)]
    return {(str(words[0]), str(words[1])) for words in named if len(words) == 2} | BY_MARK | ELSEWHERE


def calls(functions: set[str]) -> list[Any]:
    """Where the rules call one of these."""
    files = [file for file in resources.files(rules).iterdir() if file.name.endswith(".py")]
    found = [node for file in files for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
    return [each for each in found if isinstance(each.func, ast.Name) and each.func.id in functions]


def test_no_list_is_there_that_nothing_reads():
    """A slip in the name of a list would else be one that is silently left out."""
    assert {name for language in lexicon.languages() for name in lists(language)} == asked_for()


@pytest.mark.parametrize("language", lexicon.languages())
def test_every_phrase_is_a_pattern_of_its_own(language):
    cues = [each for cue in lexicon.languages()[language].get("cues", ()) for key in ("phrases", "openings")
            for each in cue.get(key, ())]  # fmt: skip
    said = [each for found in lists(language).values() for each in ([found] if isinstance(found, str) else found)]
    for phrase in [*cues, *said]:
        assert re.compile(phrase)
        assert not re.fullmatch(phrase, ""), f"{phrase!r} says nothing"


def test_a_cue_names_a_type_and_a_strength():
    assert {AtomType(cue["type"]) for cue in lexicon.tables("cues")} < set(AtomType)
    assert all(0 < cue["strength"] <= 1 and ("phrases" in cue) != ("openings" in cue) for cue in lexicon.tables("cues"))


def test_a_phrase_of_any_language_is_found_as_whole_words():
    opposing = lexicon.phrases("objection", "opposing")
    assert all(map(opposing.search, ("auf keinen Fall!", "That's a bad idea.", "I strongly object")))
    assert not opposing.search("the vetoed draft")


def test_a_list_that_no_language_has_is_an_error():
    with pytest.raises(KeyError, match="no lexicon has 'opposed'"):
        lexicon.phrases("objection", "opposed")


def test_each_sign_that_a_rule_weighs_has_a_weight():
    weights = tomllib.loads(resources.files(rules).joinpath("weights.toml").read_text())
    marks = {"marked": {"agreed", "action", "vote", "info", "idea"}}
    bases = {name: marks.get(name, {"base"}) for name in weights}
    asked = {call.args[0].value: {str(each.arg) for each in call.keywords} - {"base"} for call in calls({"weigh"})}
    assert {name: set(signs) - bases[name] for name, signs in weights.items()} == asked
