"""Finding the operating point of the embedding model."""

from typing import Annotated

from cyclopts import Parameter

from assay.cli.commands.eval_duplicates import share
from assay.cli.output import Json, print_json, say
from assay.cli.session import operator, with_deps
from assay.cli.tables import table
from assay.db.engine import Database
from assay.duplicates.calibration import Calibration, store
from assay.duplicates.calibration import calibrate as measure
from assay.duplicates.measure import Quality
from assay.duplicates.scale import PARTS, Scale
from assay.queue.deps import Deps

FIGURES = ("accuracy", "precision", "recall", "f1")


def calibrate(
    *,
    store_: Annotated[
        bool, Parameter(name="--store", negative="", help="Write the new point into the policy.")
    ] = False,
    json: Json = False,
) -> None:
    """Find the cosine that means 0.85 for the embedding model, on the shipped pairs and the team's verdicts.

    Prints how many verdicts are right with the point in force and with the best one. With --store the best one
    becomes a version of the policy, and everything that waits is scanned anew.
    """

    async def act(deps: Deps) -> tuple[Calibration, int | None]:
        threshold = deps.settings.knowledge_dedup_similarity_threshold
        found = await measure(deps.database, deps.embedder, threshold=threshold)
        return found, await _stored(deps.database, found) if store_ else None

    found, version = with_deps(act)
    if json:
        print_json({**found.document(), "stored": store_, "policy_version": version})
    else:
        _show(found)
        say(_outcome(found, version), style="dim")


async def _stored(database: Database, found: Calibration) -> int:
    actor = await operator(database)
    async with database.transaction() as session:
        return (await store(session, found, actor=actor, note="Calibrated")).version


def _show(found: Calibration) -> None:
    say(f"{found.model}: the cosine that means 0.85", style="bold")
    say(f"in force: {_points(found.before)}; best: {_points(found.after)}")
    rows = [
        (name, when, *_row(figures))
        for name, sides in found.parts().items()
        for when, figures in zip(("in force", "best"), sides, strict=True)
    ]
    table(["pairs of", "point", "pairs", "duplicates", *FIGURES, "accuracy, 95 %"], rows)
    say(
        f"{len(found.pairs_before) - found.of_team} pairs come with Assay, {found.of_team} are verdicts of your team. "
        "Precision: how many of those that are flagged are duplicates; recall: how many of the duplicates are flagged.",
        style="dim",
    )


def _points(scale: Scale) -> str:
    """One number where it is the same for every part."""
    same = set(scale.points.values())
    if len(same) == 1 and len(scale.points) == len(PARTS):
        return str(same.pop())
    return ", ".join(f"{part} {point}" for part, point in scale.points.items()) or "none, cosines are taken as they are"


def _outcome(found: Calibration, version: int | None) -> str:
    """What became of it, and what can be done next."""
    if version is not None:
        return f"Version {version} of the policy has it. To go back: assay policy history, assay policy revert VERSION"
    if found.before.points == found.after.points:
        return "No other point gives more right verdicts on these pairs: there is nothing to store."
    return "Nothing was stored: add --store to use the best one. What waits is then scanned again."


def _row(figures: Quality) -> list[str]:
    known = figures.document()
    low, high = figures.accuracy_interval
    shares = [share(known, name) for name in FIGURES]
    return [str(known["n"]), str(known["duplicates"]), *shares, f"{low:.3f} to {high:.3f}"]
