"""Trying rules before they are in force."""

from assay.cli.output import Json, print_json, say
from assay.cli.policy_file import Changes, read_changes
from assay.cli.session import with_deps
from assay.cli.tables import table
from assay.duplicates.active_model import scorer_version
from assay.queue.deps import Deps
from assay.review import simulation
from assay.review.simulation import Trial


def simulate(file: Changes, /, *, json: Json = False) -> None:
    """Show what the changes in a JSON file would mean for the queue and for what people decided. Changes nothing."""
    changes = read_changes(file)

    async def act(deps: Deps) -> Trial:
        async with deps.database.transaction() as session:
            scorer = await scorer_version(session, deps.embedder.model)
            return await simulation.tried(session, changes, settings=deps.settings, scorer=scorer)

    _print(with_deps(act), "after the changes", json)


def shadow(*, json: Json = False) -> None:
    """Show how the shadow rules of the policy would have decided, next to those in force."""

    async def act(deps: Deps) -> Trial:
        async with deps.database.transaction() as session:
            scorer = await scorer_version(session, deps.embedder.model)
            return await simulation.shadow(session, settings=deps.settings, scorer=scorer)

    _print(with_deps(act), "shadow", json)


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
