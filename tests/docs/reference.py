"""What the code says for the tables of our pages: the first cells of each row, in the order of the page.

`tests.docs.refill` writes them; the cells behind them are written by hand.
"""

import inspect
import re
from collections.abc import Iterator
from dataclasses import fields
from enum import StrEnum
from typing import Any, Final, get_args

from cyclopts import App, Argument
from cyclopts.validators import Number
from pydantic_core import PydanticUndefined
from sqlalchemy import ARRAY, Column, Enum
from sqlalchemy.types import TypeEngine
from tests.docs.pages import ROOT, Row

from assay import errors, lines
from assay.accounts.identity import SCOPES_OF
from assay.cli import app as program
from assay.cli.streams import READER_LEFT
from assay.db import models
from assay.db.base import Base
from assay.db.models import Scope
from assay.duplicates import scale, scorer
from assay.errors import AssayError
from assay.extraction import confidence
from assay.extraction import runs as extraction
from assay.jobs import JOBS, cleanup_orphaned_extractions, deduplication_scan, expire_stale_proposals, reading
from assay.kinds import TOPIC_COLORS, TOPIC_ICONS, TRAITS, AtomType, Kind, LinkType, Trust
from assay.messaging import events, streams
from assay.messaging.events import Channel, EntityEvent, Event, ProposalEvent
from assay.messaging.requests import FOLLOWERS
from assay.proposals.outcomes import Refusal
from assay.proposals.targets import TARGETS
from assay.queue import run, worker
from assay.queue.health import Health, JobHealth, QueueHealth
from assay.readers import records
from assay.review.policy import Hold
from assay.settings import Settings
from assay.web.api.v1.metrics import KindMetrics, MetricsDocument

Section = tuple[str, str]
"""A page and a heading in it."""

SETTINGS: Final = "reference/settings.md"
JOBS_PAGE: Final = "reference/jobs.md"
EVENTS: Final = "reference/events.md"
CLI: Final = "reference/cli.md"
RECORDS: Final = "reference/records.md"
CONFIDENCE: Final = "reference/confidence.md"
HTTP: Final = "reference/http.md"
ERRORS: Final = "reference/errors.md"


def settings() -> Iterator[Row]:
    for name, field in Settings.model_fields.items():
        default = "none" if field.default in (PydanticUndefined, None) else str(field.default)
        bounds = {key: getattr(each, key) for each in field.metadata for key in ("ge", "le") if hasattr(each, key)}
        yield name.upper(), default, f"{bounds['ge']:g} to {bounds['le']:g}" if bounds else "none"


def jobs() -> Iterator[Row]:
    for job in JOBS.values():
        retries = ", ".join(f"{delay.total_seconds():.0f} s" for delay in job.retry_delays) or "none"
        yield job.name, job.cron, f"{job.timeout.total_seconds() / 60:.0f} min", retries


def keys(event: type[Event]) -> str:
    """The keys of the event's data, as the page writes them."""
    names = [field.name for field in fields(event)]
    if issubclass(event, ProposalEvent):
        labels = " or ".join(TRAITS[kind].title_label for kind in Kind)
        names = ["proposal_id", labels, *names[3:]]
    if issubclass(event, EntityEvent):
        names = ["entity_id", " or ".join(TRAITS[kind].title_label for kind in Kind), *names[3:]]
    if event is events.MetricsUpdated:
        names = list(MetricsDocument.model_fields)
    return ", ".join(names)


def announced(channel: Channel) -> list[Row]:
    kinds = [each for each in vars(events).values() if inspect.isclass(each) and issubclass(each, Event)]
    return [(each.type, keys(each)) for each in kinds if each.channel is channel and hasattr(each, "type")]


def recorded() -> list[Row]:
    """The actions of the audit log that are no events."""
    sources = (path.read_text() for path in (ROOT / "src").rglob("*.py"))
    found = {name for source in sources for name in re.findall(r'\b(?:Record|noted)\(\s*"([\w.]+)"', source)}
    return [(name,) for name in sorted(found)]


def commands(app: App = program.app, path: str = "assay") -> Iterator[tuple[str, App]]:
    for name in app:
        if name.startswith("-"):
            continue
        child = app[name]
        if child.default_command:
            yield f"{path} {name}", child
        yield from commands(child, f"{path} {name}")


def parameters(command: App) -> list[Row]:
    """By which name a person gives each, which values it takes, and what its help says."""
    every = (each for each in command.assemble_argument_collection() if each.name != "*")  # "*": several in one
    return [(_name(each), _values(each), _meaning(each)) for each in every]


def _name(argument: Argument) -> str:
    """Those that are placed are in capitals."""
    return argument.name.removeprefix("--").upper() if _is_placed(argument) else argument.name


def _is_placed(argument: Argument) -> bool:
    return argument.field_info.kind is not inspect.Parameter.KEYWORD_ONLY


def _values(argument: Argument) -> str:
    """What may be given; then what holds without it."""
    choices = [*_numbers(argument), *(argument.get_choices() or ())]
    default = _written(argument.field_info.default)
    required = "required" if argument.required else ""
    return "; ".join(filter(None, [", ".join(choices), _bounds(argument), required, default and f"default {default}"]))


def _numbers(argument: Argument) -> list[str]:
    """Where a word may stand in the place of a number."""
    return ["a number"] if argument.get_choices() and float in get_args(argument.hint) else []


def _written(default: object) -> str:
    if default in (None, False, inspect.Parameter.empty):
        return ""
    if isinstance(default, list | tuple):
        return ", ".join(map(_written, default))
    return f"{default:g}" if isinstance(default, float) else str(default)


def _bounds(argument: Argument) -> str:
    bounds = [each for each in _several(argument.parameter.validator) if isinstance(each, Number)]
    words = [(f"{each.gte:g} to {each.lte:,}" if each.lte else f"at least {each.gte:g}") for each in bounds]
    return ", ".join(words)


def _several(validators: Any) -> tuple[Any, ...]:
    return validators if isinstance(validators, tuple) else (validators,)


def _meaning(argument: Argument) -> str:
    return " ".join((argument.parameter.help or "").removesuffix(".").split())


def members(enum: type[StrEnum]) -> list[Row]:
    return [(member.value,) for member in enum]


def columns(table: str) -> list[Row]:
    return [(column.name, _value(column)) for column in Base.metadata.tables[table].columns]


def _value(column: Column[Any]) -> str:
    """What a column holds; of a key of another table, which one."""
    [*keys] = column.foreign_keys
    kind = f"id in {_link(keys[0].column.table.name)}" if keys else _kind(column.type)
    return f"{kind}, optional" if column.nullable else kind


def _link(heading: str) -> str:
    return f"[{heading}](#{heading.lower().replace(' ', '-')})"


def _kind(kind: TypeEngine[Any]) -> str:
    if isinstance(kind, Enum):
        return _link(next(heading for heading, each in ENUMERATIONS.items() if each is kind.enum_class))
    if isinstance(kind, ARRAY):
        return f"list of {_kind(kind.item_type)}"
    return KINDS[type(kind).__name__]


def figures(module: Any, *names: str) -> list[Row]:
    return [(name, f"{getattr(module, name):,}") for name in names]


def weights() -> list[Row]:
    found = {name: value for name, value in vars(confidence).items() if name.isupper()}
    numbers = {name: value for name, value in found.items() if isinstance(value, int | float)}
    return [(name, f"{value:.2f}" if isinstance(value, float) else str(value)) for name, value in numbers.items()]


def statuses() -> list[Row]:
    family = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, AssayError)]
    return [(each.__name__, str(each.status)) for each in family]


def exits() -> list[Row]:
    codes = (0, program.REFUSED, program.WRONG_INPUT, program.UNAVAILABLE, program.INTERRUPTED, READER_LEFT)
    return [(str(code),) for code in codes]


KINDS: Final = {
    "BigInteger": "number",
    "Boolean": "yes or no",
    "Date": "day",
    "DateTime": "time",
    "Double": "number",
    "HalfVector": "vector",
    "JSONB": "JSON",
    "LargeBinary": "bytes",
    "String": "text",
    "Text": "text",
    "TSVECTOR": "words",
    "Uuid": "id",
}
UNTOLD: Final = {
    "Tables",
    "Enumerations",
    "How they run",
    "What starts a job",
    "Dead letters",
    "On the broker",
    "Health",
    "Health of the queue",
    "Health of a job",
}
"""Parts that are held against the code by tests of their own, or told in words."""
TABLES: Final = sorted(Base.metadata.tables)
ENUMERATIONS: Final[dict[str, type[StrEnum]]] = {
    "Kind": Kind,
    "Atom type": AtomType,
    "Link type": LinkType,
    "Proposal status": models.ProposalStatus,
    "Review action": models.ReviewAction,
    "Recommendation": models.Recommendation,
    "Dedup state": models.DedupState,
    "Similarity type": models.SimilarityType,
    "Change type": models.ChangeType,
    "Model state": models.ModelState,
    "Run status": models.RunStatus,
    "Import state": models.ImportState,
    "Trigger type": models.TriggerType,
    "Job state": models.JobState,
    "Dead reason": models.DeadReason,
    "Process role": models.ProcessRole,
    "Delivery state": models.DeliveryState,
    "Actor kind": models.ActorKind,
    "Via": models.Via,
    "Source kind": models.SourceKind,
    "Hook platform": models.HookPlatform,
    "Trust": Trust,
    "Role": models.Role,
    "Scope": models.Scope,
}
TELLING: Final[dict[Section, list[Row]]] = {
    (SETTINGS, "Settings"): [*settings()],
    (JOBS_PAGE, "Jobs"): [*jobs()],
    (JOBS_PAGE, "Statistics"): [(job.name, ", ".join(job.statistics)) for job in JOBS.values()],
    (JOBS_PAGE, "Fixed figures"): [
        *figures(expire_stale_proposals, "BATCH"),
        ("MAX_HOLD_SECONDS", f"{deduplication_scan.MAX_HOLD_SECONDS:.0f} s"),
        ("WARNED_BEFORE", f"{expire_stale_proposals.WARNED_BEFORE.days} days"),
        *figures(cleanup_orphaned_extractions, "AGE_DAYS"),
        *figures(models, "MAX_FAILURES", "MAX_FAILED_READS"),
        *figures(extraction, "MAX_MESSAGES", "MAX_RESUMES"),
        *figures(reading, "FAILURES_IN_A_ROW"),
        *figures(run, "MAX_CRASHES"),
        *figures(worker, "MAX_UNKNOWN_JOB_DELIVERIES", "MAX_DELIVERIES"),
        *figures(streams, "QUEUE_DAYS", "DEAD_DAYS"),
    ],
    (JOBS_PAGE, "What starts a job"): [(change, ", ".join(jobs)) for change, jobs in FOLLOWERS.items()],
    (JOBS_PAGE, "Health"): [(field.name,) for field in fields(Health)],
    (JOBS_PAGE, "Health of the queue"): [(field.name,) for field in fields(QueueHealth)],
    (JOBS_PAGE, "Health of a job"): [(field.name,) for field in fields(JobHealth)],
    **{(EVENTS, channel.value): announced(channel) for channel in Channel},
    (EVENTS, "Other entries of the audit log"): recorded(),
    **{(CLI, name): parameters(command) for name, command in commands()},
    **{(RECORDS, table): columns(table) for table in TABLES},
    **{(RECORDS, heading): members(enum) for heading, enum in ENUMERATIONS.items()},
    (RECORDS, "Topic icons and colours"): [("icon", ", ".join(TOPIC_ICONS)), ("color", ", ".join(TOPIC_COLORS))],
    (RECORDS, "Limits of a message"): [
        *figures(records, "MAX_NAME", "MAX_TEXT"),
        *figures(lines, "LINE_LIMIT"),
        ("EARLIEST", f"{records.EARLIEST:%Y-%m-%d}"),
    ],
    (CONFIDENCE, "Constants"): weights(),
    (CONFIDENCE, "Similarity"): [
        *figures(scale, "OPERATING_SCORE"),
        *figures(scorer, "COVERED_WEIGHT", "TITLES_WEIGHT", "USUAL", "MAX_GAIN", "LIKE_TITLES", "TITLE_WEIGHT"),
        *figures(scorer, "SAME_BUT_PUNCTUATION", "ALL_BUT_EXACT"),
    ],
    (HTTP, "Who may ask"): [
        (role.value, ", ".join(sorted(scopes, key=[*Scope].index))) for role, scopes in SCOPES_OF.items()
    ],
    (ERRORS, "Exit codes"): exits(),
    (ERRORS, "Errors and their status"): statuses(),
    (ERRORS, "Refusals"): members(Refusal),
    ("howto/when-something-is-wrong.md", "Why a proposal waits"): members(Hold),
    ("howto/read-the-metrics.md", "The figures"): [(name,) for name in KindMetrics.model_fields],
    ("howto/read-the-metrics.md", "The targets"): [(each.name, each.wanted) for each in TARGETS],
}
