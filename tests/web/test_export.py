"""Whole lists as files."""

import csv
import io
import json

import pytest
from tests.builders import BOTH_KINDS, draft, propose
from tests.web.lab import BASE, asking, bearer, person, serving, token

from assay.db.models import Role, Scope
from assay.kinds import TRAITS, Kind
from assay.web.api.v1 import export
from assay.web.api.v1.shapes import SHAPES

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


@kinds
async def test_no_more_goes_out_at_once_than_a_reader_can_take(database, app, monkeypatch, kind):
    monkeypatch.setattr(export, "CHUNK", 20_000)
    await propose(database, [draft(kind, body="x" * size) for size in (100, 15_000, 15_000, 200, 19_990, 30_000)])
    [shapes] = [each for each in SHAPES if each.kind is kind]
    chunks = [each async for each in export._lines(app.state.assay, shapes, export.ExportQuery())]
    lines = b"".join(chunks).splitlines()
    assert len(lines) == 6
    assert all(len(each) <= 20_000 or each.count(b"\n") == 1 for each in chunks)
    assert len(chunks) < 6


@kinds
async def test_whoever_reads_slowly_holds_no_connection(database, app, monkeypatch, kind):
    monkeypatch.setattr(export, "PAGE", 2)
    await propose(database, [draft(kind) for _ in range(5)])
    [shapes] = [each for each in SHAPES if each.kind is kind]
    state = app.state.assay
    pool = state.database.engine.pool
    held = [pool.checkedout() async for _ in export._lines(state, shapes, export.ExportQuery())]
    assert held
    assert set(held) == {0}
