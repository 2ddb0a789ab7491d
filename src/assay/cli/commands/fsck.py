"""Checking the records."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter

from assay.cli.output import Json, print_json, say
from assay.cli.session import with_database
from assay.db.engine import Database
from assay.fsck.check import CheckedInvariant, check
from assay.fsck.check import repair as derive_anew


def fsck(
    *,
    repair: Annotated[bool, Parameter(help="Recompute what can be recomputed; decisions are never changed.")] = False,
    json: Json = False,
) -> int:
    """Check that all records agree with each other as of one moment; everything may keep running.

    Exits with 1 when something does not hold, and after a repair only where something is left.
    """

    async def act(database: Database) -> tuple[list[CheckedInvariant], dict[str, int]]:
        found = await check(database)
        written = await derive_anew(database, found) if repair else {}
        return (await check(database) if written else found), written

    found, repaired = with_database(act)
    broken = [each for each in found if each.broken]
    if json:
        print_json({"checked": [asdict(each) for each in found], "repaired": repaired})
    else:
        _show(found, broken, repaired)
    return 1 if broken else 0


def _show(found: Sequence[CheckedInvariant], broken: Sequence[CheckedInvariant], repaired: dict[str, int]) -> None:
    for name, number in repaired.items():
        say(f"Repaired {name}: {number} written.")
    for each in broken:
        say(f"{each.name}: {each.broken} against “{each.sentence}”", style="red")
        for example in each.examples:
            say(f"  {example['id']}: {example['why']}")
        if each.can_be_repaired:
            say("  Can be derived anew: assay fsck --repair")
    if broken:
        say(f"{len(broken)} of {len(found)} invariants do not hold.", style="red")
    else:
        say(f"All {len(found)} invariants hold.", style="green")
