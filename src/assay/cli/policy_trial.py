"""Trying rules before they hold, and taking back what was decided by them."""

import json as reader
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Parameter

from assay import settings as configuration
from assay.cli.deciding import Note
from assay.cli.output import Json, print_json, say, short
from assay.cli.policy import app
from assay.cli.session import operator, with_database, with_deps
from assay.cli.tables import table
from assay.db.engine import Database
from assay.duplicates.serving import scorer_version
from assay.errors import InvalidInput
from assay.lines import read_text
from assay.policies import actions
from assay.proposals.outcomes import Outcome
from assay.queue.deps import Deps
from assay.review import simulation
from assay.review.actions import undo as undo_version
from assay.review.policy import Policy
from assay.review.simulation import Trial
from assay.web.views.outcomes import BulkAnswer
from assay.web.views.policy import policy_view
from assay.web.views.records import PolicyView

LARGEST_FILE: Final = 1_000_000
Changes = Annotated[Path, Parameter(help="Changes of the rules, as a JSON merge patch.")]


@app.command
def simulate(file: Changes, /, *, json: Json = False) -> None:
    """Say what would come of the changes in a JSON file, on the queue and on what people decided. Changes nothing."""
    changes = _read(file)

    async def act(deps: Deps) -> Trial:
        async with deps.database.transaction() as session:
            scorer = await scorer_version(session, deps.embedder.model)
            return await simulation.tried(session, changes, settings=deps.settings, scorer=scorer)

    _print(with_deps(act), "after the changes", json)


@app.command
def shadow(*, json: Json = False) -> None:
    """Say how the shadow rules of the policy would have decided, beside those in force."""

    async def act(deps: Deps) -> Trial:
        async with deps.database.transaction() as session:
            scorer = await scorer_version(session, deps.embedder.model)
            return await simulation.shadow(session, settings=deps.settings, scorer=scorer)

    _print(with_deps(act), "shadow", json)


@app.command
def apply(
    file: Changes,
    /,
    *,
    note: Note = None,
    json: Json = False,
) -> None:
    """Make the changes in a JSON file (a merge patch: null takes a rule back) the next version of the policy."""
    changes = _read(file)

    async def act(database: Database) -> PolicyView:
        actor = await operator(database)
        async with database.transaction() as session:
            done = await actions.amend(session, changes, actor=actor, note=note)
            return policy_view(done, Policy.of(configuration.load(), done))

    done = with_database(act)
    if json:
        print_json(done)
    else:
        say(f"Version {done.version} of the policy is in force.")


@app.command
def undo(version: Annotated[int, Parameter(help="Its number.")], /, *, note: Note = None, json: Json = False) -> int:
    """Revert everything the system approved under a version of the policy. Exits with 1 when something stays."""

    async def act(database: Database) -> list[Outcome]:
        actor = await operator(database)
        async with database.transaction() as session:
            return await undo_version(session, version, actor=actor, notes=note)

    outcomes = with_database(act)
    kept = [each for each in outcomes if not each.done]
    if json:
        print_json(BulkAnswer.of(outcomes, dry_run=False))
    else:
        say(f"Reverted {len(outcomes) - len(kept)} approvals of version {version}; {len(kept)} stay.")
        for each in kept:
            say(f"{short(each.id)}  {each.message}", style="red")
    return 1 if kept else 0


def _read(file: Path) -> Mapping[str, Any]:
    """Raises InvalidInput, naming the file."""
    try:
        changes = reader.loads(read_text(file, LARGEST_FILE, "policy"))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{file} cannot be read as JSON: {error}") from None
    if not isinstance(changes, dict):
        raise InvalidInput(f"{file} holds no JSON object: expected rules, such as an object with `min_authors`.")
    return changes


def _print(trial: Trial, name: str, json: bool) -> None:
    if json:
        print_json(trial.document())
        return
    say(trial.candidate.sentence())
    rows = [(title, *_figures(each)) for title, each in (("in force", trial.in_force), (name, trial.candidate))]
    table(["", "would approve", "of pending", "people approved", "people rejected", "duplicates"], rows)
    say(f"They agree on {trial.agreement.share:.1%} of all proposals.", style="dim")


def _figures(found: simulation.Simulation) -> tuple[object, ...]:
    past = found.document()["history"]
    return found.would_approve, found.pending, past["approved"], past["rejected"], past["duplicates"]
