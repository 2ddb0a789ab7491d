"""The rules by which the system decides alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter
from sqlalchemy.ext.asyncio import AsyncSession

from assay import settings as configuration
from assay.cli.decide import Note
from assay.cli.output import Json, moment, print_json, printable, say, short
from assay.cli.paging import DEFAULT_LIMIT, After, Limit, show_page
from assay.cli.policy_file import Changes, read_changes
from assay.cli.session import operator, with_database
from assay.cli.tables import table
from assay.db.engine import Database
from assay.errors import InvalidInput
from assay.policies import actions, queries
from assay.policies.document import PolicyDocument, Rule
from assay.policies.queries import InForce
from assay.proposals.outcomes import Outcome
from assay.review.actions import undo as undo_version
from assay.review.policy import Policy
from assay.settings import Settings
from assay.web.views import lists
from assay.web.views.outcomes import BulkAnswer
from assay.web.views.paging import PageOf
from assay.web.views.policy import policy_view
from assay.web.views.records import PolicyView, VersionView

app = App(name="policy", help="Show and set the rules by which the system decides alone.")
for command, words in (
    ("simulate", "Show what changes would mean for the queue and for what people decided."),
    ("shadow", "Show how the shadow rules of the policy would have decided, next to those in force."),
):
    app.command(f"assay.cli.commands.policy_simulate:{command}", name=command, help=words)


@dataclass(frozen=True, slots=True)
class Shown:
    """The newest version, and what comes of it under the environment of this process."""

    current: InForce
    applied: Policy

    @classmethod
    async def read(cls, session: AsyncSession, settings: Settings) -> "Shown":
        current = await queries.current(session)
        return cls(current, Policy.of(settings, current))

    def view(self) -> PolicyView:
        return policy_view(self.current, self.applied)


@app.command
def show(*, json: Json = False) -> None:
    """Show the rules in force, and where each comes from."""
    _print(with_database(_read), json)


@app.command(name="set")
def set_(
    *,
    auto_approval: Annotated[
        Literal["on", "off", "default"] | None, Parameter(help="Whether the system may approve on its own.")
    ] = None,
    threshold: Annotated[
        float | Literal["default"] | None,
        Parameter(help="Minimum confidence for the system to approve on its own, 0 to 1."),
    ] = None,
    note: Note = None,
    json: Json = False,
) -> None:
    """Change rules, at once and for every process. `default` leaves a rule to the environment again."""
    changes: dict[str, Any] = {}
    if auto_approval:
        changes["auto_approval_enabled"] = {"on": True, "off": False, "default": None}[auto_approval]
    if threshold is not None:
        changes["auto_approval_threshold"] = None if threshold == "default" else threshold
    if not changes:
        raise InvalidInput("Say what to change: --auto-approval on|off|default, or --threshold with a number.")

    async def act(database: Database) -> Shown:
        return await _amend(database, changes, note)

    _print(with_database(act), json)


@app.command
def history(*, limit: Limit = DEFAULT_LIMIT, after: After = None, json: Json = False) -> None:
    """List the versions of the policy, newest first."""

    async def act(database: Database) -> PageOf[VersionView]:
        async with database.transaction() as session:
            return await lists.policy_versions(session, after=after, limit=limit)

    show_page(
        with_database(act),
        json,
        ["version", "when", "who", "rules", "note"],
        lambda each: (each.version, moment(each.created_at), each.author, _rules(each.document), each.note),
        nothing="Nobody has set a rule yet: the environment applies. Set one with: assay policy set",
    )


@app.command
def revert(
    version: Annotated[int, Parameter(help="Its number; 0 leaves every rule to the environment.")],
    /,
    *,
    note: Note = None,
    json: Json = False,
) -> None:
    """Bring back the rules of an earlier version, as a new one. 0 leaves every rule to the environment."""

    async def act(database: Database) -> Shown:
        actor = await operator(database)
        async with database.transaction() as session:
            await actions.revert(session, version, actor=actor, note=note)
            return await Shown.read(session, configuration.load())

    _print(with_database(act), json)


@app.command
def apply(
    file: Changes,
    /,
    *,
    note: Note = None,
    json: Json = False,
) -> None:
    """Make the changes in a JSON file (a merge patch: null takes a rule back) the next version of the policy."""
    changes = read_changes(file)

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


async def _read(database: Database) -> Shown:
    async with database.transaction() as session:
        return await Shown.read(session, configuration.load())


async def _amend(database: Database, changes: Mapping[str, Any], note: str | None) -> Shown:
    actor = await operator(database)
    async with database.transaction() as session:
        await actions.amend(session, changes, actor=actor, note=note)
        return await Shown.read(session, configuration.load())


def _print(found: Shown, json: bool) -> None:
    if json:
        print_json(found.view())
        return
    document = found.current.document
    version = found.current.version
    say(
        f"Version {version} of the policy is in force."
        if version
        else "Nobody has set a rule: the environment applies."
    )
    table(
        ["rule", "in force", "set by"],
        [
            ("auto-approval", "on" if found.applied.enabled else "off", _switched_by(document, found.applied)),
            (
                "threshold (minimum confidence approved automatically)",
                found.applied.threshold,
                _source(document.auto_approval_threshold),
            ),
            ("what people and agents propose", *_opened(sum(bool(each.proposers) for each in _opening(found)))),
            ("sources that nobody trusts", *_opened(sum(each.opens_sources for each in _opening(found)))),
            *((f"rule {number}", _said(rule), "policy") for number, rule in enumerate(found.applied.rules, 1)),
            *(("operating points", _points(points), model) for model, points in document.operating_points.items()),
        ],
    )


def _opening(found: Shown) -> list[Rule]:
    return [each for each in found.applied.rules if each.may_approve]


def _opened(rules: int) -> tuple[str, str]:
    """Whether something may be approved alone, and who says so."""
    return (f"opened by {rules} of the rules", "policy") if rules else ("wait for a person", "default")


def _said(rule: Rule) -> str:
    return _rules(rule.model_dump(mode="json", exclude_defaults=True))


def _switched_by(document: PolicyDocument, applied: Policy) -> str:
    overruled = document.auto_approval_enabled is True and not applied.enabled
    return "KNOWLEDGE_AUTO_APPROVAL_ENABLED=false, which wins" if overruled else _source(document.auto_approval_enabled)


def _source(rule: object) -> str:
    return "environment" if rule is None else "policy"


def _points(points: Mapping[Any, float]) -> str:
    return ", ".join(f"{kind} {cosine:g}" for kind, cosine in points.items())


def _rules(document: Mapping[str, Any]) -> str:
    return printable(", ".join(f"{rule} {value}" for rule, value in document.items())) or "none"
