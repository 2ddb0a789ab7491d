"""Measuring what the machine approves, on conversations that people have labelled."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Parameter
from rich.status import Status
from sqlalchemy.ext.asyncio import AsyncSession

from assay import settings as configuration
from assay.ai.factory import OFFLINE
from assay.audit.actor import SYSTEM
from assay.cli.commands.eval import chosen_extractor
from assay.cli.commands.ingest import Imported, import_messages
from assay.cli.output import Json, errors, print_json, printable, say
from assay.cli.pipeline import UNTIL_APPROVED, run_pipeline
from assay.cli.session import closing, with_database
from assay.cli.tables import table
from assay.db.engine import Database
from assay.db.scratch import scratch_database
from assay.duplicates.active_model import scorer_version
from assay.evaluation import approvals as figures
from assay.evaluation import script
from assay.evaluation.approvals import Approved
from assay.evaluation.cases import Case, by_channel, from_file, shipped
from assay.evaluation.script import Claimed, Claims, ScriptedModel
from assay.kinds import Kind
from assay.queue.deps import Deps, make_deps
from assay.review import queries as review
from assay.settings import Settings

Cases = Mapping[str, Case]
"""By the channel in which each is told."""
SOURCE: Final = "labelled"
PORTION: Final = 2_000
"""Messages of whole conversations that are read together."""
DEFAULT_POLICY: Final = ("knowledge_auto_approval_enabled", "knowledge_auto_approval_confidence_threshold")


@dataclass(frozen=True, slots=True)
class Decided:
    """By channel: the atoms that were approved, and why others wait."""

    approved: Mapping[str, Sequence[Approved]]
    waiting: Mapping[str, Sequence[str]]


def approvals(
    file: Annotated[
        Path | None, Parameter(help="Labelled conversations (JSONL); default: those that come with Assay.")
    ] = None,
    /,
    *,
    extractor: Annotated[str, Parameter(help="The extractor, or NAME:PROMPT for a version of its prompt.")] = OFFLINE,
    claims: Annotated[
        Claims | None, Parameter(help="Instead, a scripted model claims the paraphrases or the lies of the set.")
    ] = None,
    json: Json = False,
) -> None:
    """Let the machine read labelled conversations, and count what it rightly and wrongly approves.

    They go through the whole pipeline under the default policy, in a database of their own that is dropped at the end.
    """
    cases = by_channel(from_file(file) if file else shipped())
    with errors.status("Making a database") as status:
        if claims:
            document = with_database(lambda database: _of_claims(database, claims, cases, status))
        else:
            document = with_database(lambda database: _of_extractor(database, extractor, cases, status))
    if json:
        print_json(document)
    else:
        (_show_claims if claims else _show)(document)


async def _of_extractor(database: Database, name: str, cases: Cases, status: Status) -> dict[str, Any]:
    async with scratch_database(database) as url:
        deps = _tools(url)
        found = await _decided(replace(deps, extractor=chosen_extractor(name, deps.embedder)), cases, status)
    return figures.document(figures.judged(cases, found.approved, found.waiting))


async def _of_claims(database: Database, claims: Claims, cases: Cases, status: Status) -> dict[str, Any]:
    made: list[Claimed] = []
    for claimed in script.rounds(claims, cases):
        told = {channel: cases[channel] for channel in claimed}
        async with scratch_database(database) as url:
            found = await _decided(replace(_tools(url), extractor=ScriptedModel(claimed, told)), told, status)
        made += [
            Claimed(cases[channel], claim, channel in found.approved, found.waiting.get(channel, ()))
            for channel, claim in claimed.items()
        ]
    return script.document(claims, made)


def _tools(url: str) -> Deps:
    """Everything as it is set, but for the policy: what is measured is what Assay does as it comes."""
    usual = {name: Settings.model_fields[name].get_default() for name in DEFAULT_POLICY}
    return make_deps(configuration.load().model_copy(update=usual), url)


async def _decided(deps: Deps, cases: Cases, status: Status) -> Decided:
    """What the machine makes of conversations that nobody has read before."""
    return await closing(deps.database, _played(deps, cases, status))


async def _played(deps: Deps, cases: Cases, status: Status) -> Decided:
    for portion in _portions(cases):
        told = [message for channel, case in portion.items() for message in case.first_told(channel)]
        edits = [message for channel, case in portion.items() for message in case.edits(channel)]
        for messages in (told, edits):
            await import_messages(deps.database, messages, source=SOURCE, actor=SYSTEM, done=Imported())
        await run_pipeline(deps, status.update, UNTIL_APPROVED)
    async with deps.database.transaction() as session:
        return Decided(await figures.approved(session), await _waiting(session, deps))


async def _waiting(session: AsyncSession, deps: Deps) -> dict[str, list[str]]:
    policy, scorer = await review.policy(session, deps.settings), await scorer_version(session, deps.embedder.model)
    waiting: dict[str, list[str]] = {}
    async for page in review.pages(session, Kind.ATOM, scorer=scorer):
        channels = await figures.channels(session, page)
        for proposal_id, channel in channels.items():
            waiting.setdefault(channel, []).extend(policy.reasons(page[proposal_id])[:1])
    return waiting


def _portions(cases: Cases) -> Iterator[dict[str, Case]]:
    portion: dict[str, Case] = {}
    for channel, case in cases.items():
        if portion and sum(len(each.messages) for each in (*portion.values(), case)) > PORTION:
            yield portion
            portion = {}
        portion[channel] = case
    yield portion


def _show(document: Mapping[str, Any]) -> None:
    for each in document["wrong"]:
        say(printable(f"{each['id']}: {each['outcome']}"), style="red")
        for title in each["approved"]:
            damage = each["damage"].get(title)
            say(printable(f"  “{title}”" + (f": {damage}" if damage else "")))
    if document["wrong"]:
        say("")
    columns = ["traps", "traps_approved", "controls", "controls_whole", "controls_damaged", "controls_besides"]
    headings = ["kind", "traps", "approved", "controls", "whole", "damaged", "besides"]
    parts = {**document["by_kind"], "all": document}
    table(headings, [[kind, *(part[name] for name in columns)] for kind, part in parts.items()])
    _show_reasons("Controls", document["held"].values())


def _show_claims(document: Mapping[str, Any]) -> None:
    for each in document.get("approved_wrongly", ()):
        say(printable(f"{each['id']}: {each['kind']}"), style="red")
        say(printable(f"  “{each['claim']}”"))
    parts = {**document["by_kind"], "all": document}
    table(["kind", "claims", "approved"], [[kind, part["claims"], part["approved"]] for kind, part in parts.items()])
    _show_reasons("Claims", (each["because"] for each in document.get("held", ())))


def _show_reasons(what: str, held: Iterable[Sequence[str]]) -> None:
    """Why what should be approved waits, the commonest reason first."""
    counts = Counter(reason for each in held for reason in set(each) or {"nothing was found"})
    if counts:
        said = ", ".join(f"{number} {reason}" for reason, number in counts.most_common())
        say(f"\n{what} that wait: {said}.", style="dim")
