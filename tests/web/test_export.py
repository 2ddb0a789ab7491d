"""Whole lists as files."""

import asyncio
import csv
import io
import json
import urllib.request
from http.client import IncompleteRead

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs
from tests.builders import BOTH_KINDS, draft, propose
from tests.patience import PATIENCE
from tests.web.helpers import BASE, NOWHERE, asking, bearer, person, serving, token
from tests.web.real_socket import listening

from assay.audit.actor import SYSTEM
from assay.db.models import Role, Scope
from assay.kinds import TRAITS, Kind
from assay.proposals import actions
from assay.settings import Settings
from assay.web import export_stream
from assay.web.api.v1 import export
from assay.web.api.v1.export import KnowledgeExport, ProposalExport, knowledge_read, proposals_read
from assay.web.app import create_app
from assay.web.views.knowledge import BY_KIND
from assay.web.views.proposals import SCHEMAS

pytestmark = pytest.mark.anyio
kinds = pytest.mark.parametrize("kind", BOTH_KINDS)


def base(kind: Kind) -> str:
    return f"{BASE}/knowledge/{TRAITS[kind].plural}/proposals"


@pytest.fixture
async def app(database_url):
    async with serving(database_url) as found:
        yield found


@pytest.fixture
async def http(database, app):
    """Vera, who may read."""
    secret = await token(database, await person(database, "vera", Role.VIEWER), Scope.READ)
    async with asking(app, **bearer(secret)) as client:
        yield client


@kinds
async def test_a_whole_list_is_streamed(database, http, kind):
    formula = draft(kind, "=cmd|' /C calc'!A0")
    await propose(database, [formula, *(draft(kind) for _ in range(600))])
    lines = (await http.get(f"{base(kind)}/export")).text.splitlines()
    assert len({json.loads(line)["id"] for line in lines}) == 601
    table = csv.DictReader(io.StringIO((await http.get(f"{base(kind)}/export?format=csv")).text))
    written = list(table)
    assert len(written) == 601
    assert written[0][f"proposed_{TRAITS[kind].title_label}"] == "'=cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("a;=1", "a;'=1"),
        ("a\n@x\t-2+3", "a\n'@x\t'-2+3"),
        ("\N{FULLWIDTH EQUALS SIGN}1", "'\N{FULLWIDTH EQUALS SIGN}1"),
        (["a;=1"], '["a;\'=1"]'),
        ("a; b\n- c = d", "a; b\n- c = d"),
        (-1, "-1"),
    ],
)
def test_no_cell_is_a_formula_whatever_separates_cells(value, cell):
    assert export_stream._cell(value) == cell


@kinds
async def test_no_more_goes_out_at_once_than_a_reader_can_take(database, app, monkeypatch, kind):
    monkeypatch.setattr(export_stream, "CHUNK", 20_000)
    await propose(database, [draft(kind, body="x" * size) for size in (100, 15_000, 15_000, 200, 19_990, 30_000)])
    [schemas] = [each for each in SCHEMAS if each.kind is kind]
    read, database = proposals_read(schemas, ProposalExport()), app.state.assay.connections.reads
    chunks = [each async for each in export_stream.chunks(database, schemas.view, read, export_stream.Format.JSONL)]
    lines = b"".join(chunks).splitlines()
    assert len(lines) == 6
    assert all(len(each) <= 20_000 or each.count(b"\n") == 1 for each in chunks)
    assert len(chunks) < 6


@kinds
async def test_whoever_reads_slowly_holds_no_connection(database, app, monkeypatch, kind):
    monkeypatch.setattr(export_stream, "PAGE", 2)
    await approved(database, [draft(kind, f"Fact {number}") for number in range(5)])
    await propose(database, [draft(kind) for _ in range(5)])
    [schemas] = [each for each in SCHEMAS if each.kind is kind]
    database = app.state.assay.connections.reads
    for view, read in (
        (schemas.view, proposals_read(schemas, ProposalExport())),
        (BY_KIND[kind], knowledge_read(kind, KnowledgeExport())),
    ):
        written = export_stream.chunks(database, view, read, export_stream.Format.JSONL)
        held = [database.engine.pool.checkedout() async for _ in written]
        assert held == [0, 0, 0]


@pytest.fixture
def impatient(monkeypatch):
    """The database gives up on the pages of an export for which `at(after)` is true."""

    def give_up(at):
        def read_of(schemas, query):
            read = proposals_read(schemas, query)

            async def page(session, after, limit):
                if at(after):
                    await session.execute(text("SET LOCAL statement_timeout = 1"))
                    await session.execute(text("SELECT pg_sleep(60)"))
                return await read(session, after, limit)

            return page

        monkeypatch.setattr(export_stream, "PAGE", 2)
        monkeypatch.setattr(export, "proposals_read", read_of)

    return give_up


@pytest.mark.parametrize("wanted", list(export_stream.Format))
async def test_what_cannot_be_begun_is_refused(http, impatient, wanted):
    impatient(lambda after: after is None)
    answer = await http.get(f"{base(Kind.ATOM)}/export?format={wanted}")
    assert (answer.status_code, "took too long" in answer.json()["detail"]) == (503, True)


async def test_what_breaks_off_has_no_end_and_one_line_in_the_log(database, database_url, impatient):
    impatient(lambda after: after is not None)
    await propose(database, [draft() for _ in range(5)])
    secret = await token(database, await person(database, "vera", Role.VIEWER), Scope.READ)
    with listening(create_app(Settings(), database_url, NOWHERE)) as address, capture_logs() as lines:
        asked = urllib.request.Request(f"{address}{base(Kind.ATOM)}/export", headers=bearer(secret))
        with pytest.raises(IncompleteRead) as cut:
            await asyncio.to_thread(lambda: urllib.request.urlopen(asked, timeout=PATIENCE).read())
    assert len(cut.value.partial.splitlines()) == 2
    assert [line["event"] for line in lines if line["log_level"] == "error" or "broken" in line["event"]] == [
        "export_broken_off"
    ]


@kinds
async def test_approved_knowledge_is_exported_as_it_is_listed(database, http, monkeypatch, kind):
    monkeypatch.setattr(export_stream, "PAGE", 2)
    await approved(database, [draft(kind, f"Fact {number}", confidence=number / 10) for number in range(5, 10)])
    url = f"{BASE}/knowledge/{TRAITS[kind].plural}"
    listed = (await http.get(url)).json()["items"]
    answer = await http.get(f"{url}/export")
    assert [json.loads(line) for line in answer.text.splitlines()] == listed
    assert answer.headers["content-disposition"] == f'attachment; filename="{TRAITS[kind].plural}.jsonl"'
    table = csv.DictReader(io.StringIO((await http.get(f"{url}/export?format=csv&confidence_min=0.75")).text))
    assert [each["id"] for each in table] == [each["id"] for each in listed if each["confidence"] >= 0.75]
    assert (await http.get(f"{url}/export?format=xml")).status_code == 422


async def approved(database, drafts) -> None:
    ids = await propose(database, drafts)
    async with database.transaction() as session:
        await actions.approve(session, ids, actor=SYSTEM, policy={"threshold": 0.5, "version": 1})
