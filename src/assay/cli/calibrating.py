"""Finding the operating point of the embedding model."""

from typing import Annotated

from cyclopts import Parameter

from assay.cli.output import Json, print_json, say, table
from assay.cli.session import operator, with_tools
from assay.duplicates.calibration import Calibration, store
from assay.duplicates.calibration import calibrate as measure
from assay.duplicates.measure import Quality
from assay.jobs.tools import Tools

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

    async def act(tools: Tools) -> Calibration:
        threshold = tools.settings.knowledge_dedup_similarity_threshold
        found = await measure(tools.database, tools.embedder, threshold=threshold)
        if store_:
            actor = await operator(tools.database)
            async with tools.database.transaction() as session:
                await store(session, found, actor=actor, note="Calibrated")
        return found

    found = with_tools(act)
    if json:
        print_json({**found.document(), "stored": store_})
    else:
        _show(found, stored=store_)


def _show(found: Calibration, *, stored: bool) -> None:
    before = ", ".join(f"{kind} {point}" for kind, point in found.before.points.items()) or "none"
    after = ", ".join(f"{kind} {point}" for kind, point in found.points.items())
    say(f"{found.model}: the cosine that means 0.85", style="bold")
    say(f"in force: {before}; best: {after}")
    rows = [
        (name, when, *_row(figures))
        for name, sides in found.parts().items()
        for when, figures in zip(("before", "after"), sides, strict=True)
    ]
    table(["pairs", "", "n", "duplicates", *FIGURES, "accuracy, 95 %"], rows)
    say("Stored as a version of the policy." if stored else "Nothing was stored: add --store to use it.", style="dim")


def _row(figures: Quality) -> list[str]:
    known = figures.document()
    low, high = figures.accuracy_interval
    shares = [f"{known[name]:.3f}" for name in FIGURES]
    return [str(known["n"]), str(known["duplicates"]), *shares, f"{low:.3f} to {high:.3f}"]
