"""Changing the embedding model."""

from dataclasses import asdict
from typing import Annotated, Any

from cyclopts import Parameter
from rich.status import Status

from assay.cli.background import go_on_in_background
from assay.cli.output import Json, errors, print_json, say
from assay.cli.session import operator, with_deps
from assay.duplicates import reembed as change
from assay.duplicates.reembed import Progress, Reembedded
from assay.errors import InvalidInput
from assay.queue.deps import Deps


def reembed(
    *,
    status: Annotated[bool, Parameter(negative="", help="Only show the progress.")] = False,
    detach: Annotated[bool, Parameter(negative="", help="Continue in the background.")] = False,
    json: Json = False,
) -> None:
    """Switch to the embedding model of the settings. The old one stays active until the new one is complete."""
    if status and detach:
        raise InvalidInput("Give --status or --detach, not both.")
    if status:
        _show_progress(with_deps(lambda deps: change.progress(deps.database, deps.embedder.model)), json)
    elif detach:
        log = go_on_in_background("reembed")
        say(f"It continues in the background and writes to {log}. See the progress with: assay reembed --status")
    else:
        with errors.status("Starting") as shown:
            result = with_deps(lambda deps: _reembed(deps, shown))
        _show_result(result, json)


async def _reembed(deps: Deps, shown: Status) -> Reembedded:
    return await change.reembed(
        deps.database,
        deps.embedder,
        actor=await operator(deps.database),
        batch=deps.settings.knowledge_dedup_batch_size,
        report=lambda state: shown.update(f"{state.done:,} of {state.total:,} have vectors of {state.model}"),
    )


def _show_progress(state: Progress, json: bool) -> None:
    if json:
        print_json(_document(state))
        return
    if state.switched:
        say(f"{state.model} is active.")
    else:
        doing = "is being built" if state.running else "is not being built at the moment"
        say(f"{state.serving} is active. {state.model} {doing}: {state.done:,} of {state.total:,} have vectors.")
        if not state.running:
            say("Continue with: assay reembed", style="dim")


def _show_result(result: Reembedded, json: bool) -> None:
    state = result.progress
    if json:
        counts = {"embedded": result.embedded, "removed": result.removed, "elsewhere": result.elsewhere}
        print_json({**_document(state), **counts})
    elif result.elsewhere:
        say(
            f"Another process is already re-embedding: {state.done:,} of {state.total:,} have vectors of {state.model}."
        )
    elif result.embedded or result.removed:
        say(f"{state.model} is active. {result.embedded:,} vectors were made, {result.removed:,} old ones removed.")
        say("Proposals are compared again by the next scan: assay jobs run --all", style="dim")
    else:
        say(f"{state.model} is already active.")


def _document(state: Progress) -> dict[str, Any]:
    return {**asdict(state), "switched": state.switched}
