"""Measuring the search for duplicates, on what people have labelled."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from assay.cli.output import Json, print_json, printable, say
from assay.cli.session import with_deps
from assay.cli.tables import table
from assay.duplicates import scale
from assay.duplicates.labels import read_pairs
from assay.duplicates.measure import Measured, Quality, measured, quality, quality_by
from assay.queue.deps import Deps

FIGURES = ["n", "accuracy", "precision", "recall", "f1", "roc_auc", "update"]


def duplicates(file: Annotated[Path, Parameter(help="The pairs.")], /, *, json: Json = False) -> None:
    """Measure the search for duplicates on labelled pairs (JSON lines, also gzipped).

    Each pair is judged as the scan judges, by the operating point in force. What is typed update says something else
    about the same thing, and counts as no duplicate.
    """
    pairs = read_pairs(file)

    async def act(deps: Deps) -> dict[str, Any]:
        embedder, threshold = deps.embedder, deps.settings.knowledge_dedup_similarity_threshold
        async with deps.database.transaction() as session:
            in_force = await scale.in_force(session, embedder.model)
        found = await measured(pairs, embedder, in_force, threshold)
        return {**_document(found), "model": embedder.model, "scorer": in_force.version, "threshold": threshold}

    document = with_deps(act)
    if json:
        print_json(document)
    else:
        _show(file, document)


def _document(found: list[Measured]) -> dict[str, Any]:
    return {
        **quality(found).document(),
        "updates_as_duplicates": quality(found, updates_count=True).document(),
        "by_source": _documents(quality_by(found, lambda each: each.pair.source or "unnamed")),
        "by_kind": _documents(quality_by(found, lambda each: each.pair.sort or "unnamed")),
        "by_language": _documents(quality_by(found, lambda each: each.pair.language or "unnamed")),
    }


def _documents(parts: Mapping[str, Quality]) -> dict[str, Any]:
    return {name: part.document() for name, part in parts.items()}


def share(part: Mapping[str, Any], figure: str) -> str:
    """A figure as it is shown: a dash where the pairs have nothing that it could be a share of."""
    undefined = {0: ("precision", "recall", "f1", "roc_auc"), part["n"]: ("roc_auc",)}
    return "–" if figure in undefined.get(part["duplicates"], ()) else f"{part[figure]:.3f}"


def _show(file: Path, document: Mapping[str, Any]) -> None:
    say(f"{printable(file.name)}: {document['model']}, threshold {document['threshold']}", style="bold")
    parts = {
        "all": document,
        "all, updates as duplicates": document["updates_as_duplicates"],
        **{f"source {name}": part for name, part in document["by_source"].items()},
        **{f"kind {name}": part for name, part in document["by_kind"].items()},
        **{f"language {name}": part for name, part in document["by_language"].items() if name != "unnamed"},
    }
    rows = [[name, part["n"], *(share(part, figure) for figure in FIGURES[1:])] for name, part in parts.items()]
    table(["pairs", *FIGURES], rows)
    low, high = document["accuracy_interval"]
    say(f"The accuracy lies between {low:.3f} and {high:.3f} with 95 % confidence.", style="dim")
