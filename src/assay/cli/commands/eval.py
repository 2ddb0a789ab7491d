"""Measuring extractors on labelled conversations."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from assay import settings as configuration
from assay.ai import factory
from assay.ai.embedder import Embedder
from assay.ai.extractor import Extractor
from assay.ai.factory import EXTRACTORS, OFFLINE
from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.cli.output import Json, errors, print_json, say
from assay.cli.tables import table
from assay.errors import InvalidInput
from assay.evaluation.extraction import ExtractionCounts, Read, evaluate, intervals, total
from assay.evaluation.labels import Labelled, from_file, shipped

app = App(name="eval", help="Measure how well the machine does, on labelled data.")
app.command(
    "assay.cli.commands.eval_duplicates:duplicates",
    name="duplicates",
    help="Measure the search for duplicates on pairs.",
)
app.command(
    "assay.cli.commands.eval_approvals:approvals",
    name="approvals",
    help="Measure what the machine approves on its own.",
)

COLUMNS: Final = ("precision", "recall", "grounding", "type_accuracy", "junk_rate")


@app.command
def extraction(
    *,
    extractor: Annotated[
        list[str] | None,
        Parameter(help="What to measure, or NAME:PROMPT for a version of its prompt; several stand side by side."),
    ] = None,
    set_: Annotated[Path | None, Parameter(name="--set", help="Your own labelled conversations (JSONL).")] = None,
    json: Json = False,
) -> None:
    """Let extractors read labelled conversations and count how much of the knowledge in them they find.

    Needs no server of its own and writes nothing. A language model is asked for real, and costs what it costs.
    """
    conversations = from_file(set_) if set_ else shipped()
    names = list(dict.fromkeys(extractor or [OFFLINE]))
    embedder = OfflineEmbedder()
    chosen = {name: chosen_extractor(name, embedder) for name in names}
    reads: dict[str, list[Read]] = {}
    with errors.status("") as status:
        for name, each in chosen.items():
            status.update(f"{name} reads {len(conversations)} conversations")
            reads[name] = asyncio.run(evaluate(each, conversations, embedder))
    if json:
        print_json({name: _document(found) for name, found in reads.items()})
    else:
        _show(reads, conversations)


def chosen_extractor(name: str, embedder: Embedder) -> Extractor:
    """`name`: an extractor, or extractor:prompt for another version of its prompt. The rest is as it is set."""
    kind, _, prompt = name.partition(":")
    if kind not in EXTRACTORS:
        raise InvalidInput(f"There is no extractor {kind!r}. There is: {', '.join(EXTRACTORS)}.")
    if prompt and kind == OFFLINE:
        raise InvalidInput(f"The extractor {OFFLINE} has no prompt, so {name!r} is not allowed.")
    changes = {"assay_extractor": kind} | ({"assay_llm_prompt": prompt} if prompt else {})
    return factory.extractor(configuration.load().model_copy(update=changes), embedder)


def _document(reads: Sequence[Read]) -> dict[str, Any]:
    """Of both tiers together, with the sure one, the intervals and the languages beside it."""
    return {
        **total(reads).document(),
        "intervals": intervals(reads),
        "sure": {**total(reads, strictly=True).document(), "intervals": intervals(reads, strictly=True)},
        "languages": {name: total(part).document() for name, part in _by_language(reads).items()},
        "subjects": {name: total(part).document() for name, part in _by_subject(reads).items()},
    }


def _by_language(reads: Sequence[Read]) -> dict[str, list[Read]]:
    names = sorted({each.conversation.language for each in reads} - {""})
    return {name: [each for each in reads if each.conversation.language == name] for name in names}


def _by_subject(reads: Sequence[Read]) -> dict[str, list[Read]]:
    names = sorted({each.conversation.subject for each in reads} - {""})
    return {name: [each for each in reads if each.conversation.subject == name] for name in names}


def _show(reads: dict[str, list[Read]], conversations: Sequence[Labelled]) -> None:
    halves = list(Counter(each.half for each in conversations))
    rows = []
    for name, found in reads.items():
        rows += [_row(name, "all", total(found)), _row("", "sure alone", total(found, strictly=True))]
        if len(halves) > 1:
            rows += [_row("", half, total(r for r in found if r.conversation.half == half)) for half in halves]
        languages = _by_language(found)
        rows += [_row("", each, total(part)) for each, part in languages.items() if len(languages) > 1]
    table(["extractor", "part", "n", *(each.replace("_", " ") for each in COLUMNS), "cost (US$)", "items"], rows)
    for name, found in reads.items():
        _show_intervals(name, found)
    if senseless := sum(total(found).unreadable for found in reads.values()):
        say(f"\n{senseless} answers made no sense, and count as finding nothing.", style="yellow")
    say("\nn: conversations. items: right of those found, of those labelled.", style="dim")


def _show_intervals(name: str, found: Sequence[Read]) -> None:
    counts = total(found)
    spans = (f"{what.replace('_', ' ')} {low:.0%} to {high:.0%}" for what, (low, high) in intervals(found).items())
    say(f"\n{name}, with 95 % confidence: {', '.join(spans)}.")
    say(
        f"Of what is wrong, {counts.halves} leave out a number, {counts.repeated} say what another says, "
        f"{counts.forbidden} are false or not settled ({total(found, strictly=True).forbidden} of the sure ones)."
    )


def _row(name: str, part: str, counts: ExtractionCounts) -> tuple[object, ...]:
    figures = counts.document()
    shares = (f"{figures[column]:.0%}" for column in COLUMNS)
    items = f"{counts.right} of {counts.found}, of {counts.labelled}"
    return name, part, counts.conversations, *shares, f"{counts.cost:.4f}", items
