"""A client that a tool generates from the OpenAPI document, and nothing else, works against the API."""

import importlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.builders import draft, propose, scalar
from tests.web.helpers import NOWHERE, person, token
from tests.web.real_socket import listening

from assay.db.models import Role, Scope
from assay.settings import Settings
from assay.web.app import create_app

pytestmark = pytest.mark.anyio

PACKAGE = "assay_api"
FILES = ["application/x-ndjson", "application/zip"]
"""What the tool does not know, and takes as bytes when told to."""
WANTED = {"proposed_title": "Backups are kept for 35 days", "proposed_type": "insight", "confidence": 0.8}


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """Where the package is that was generated. Whatever of the document the tool cannot read fails the test."""
    folder = tmp_path_factory.mktemp("generated")
    document, config = folder / "openapi.json", folder / "config.json"
    document.write_text(json.dumps(create_app(Settings(), "postgresql://nowhere", NOWHERE).openapi()))
    as_bytes = dict.fromkeys(FILES, "application/octet-stream")
    told = {"post_hooks": [], "package_name_override": PACKAGE, "content_type_overrides": as_bytes}
    config.write_text(json.dumps(told))
    command = ["generate", "--path", document, "--config", config, "--meta", "none", "--fail-on-warning"]
    done = subprocess.run(
        [sys.executable, "-c", "from openapi_python_client.cli import app; app()", *command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Path(folder)


@pytest.fixture
def api(generated, monkeypatch):
    monkeypatch.syspath_prepend(generated)
    yield lambda name: importlib.import_module(f"{PACKAGE}.{name}")
    for name in [each for each in sys.modules if each.split(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture
async def client(database, database_url, api):
    reviewer = await person(database, "rita")
    secret = await token(database, reviewer, Scope.READ, Scope.PROPOSE, Scope.REVIEW)
    with listening(create_app(Settings(), database_url, NOWHERE)) as url:
        yield api("client").AuthenticatedClient(base_url=url, token=secret)


def test_every_operation_of_the_document_is_a_function(generated):
    document = json.loads((generated / "openapi.json").read_text())
    operations = {each["operationId"] for path in document["paths"].values() for each in path.values()}
    functions = {path.stem for path in (generated / PACKAGE / "api").glob("*/*.py")} - {"__init__"}
    assert len(operations) > 60
    assert functions == operations


async def test_it_signs_in_lists_gets_and_decides(database, api, client):
    ids = await propose(database, [draft(title=f"The ledger runs on Postgres {number}") for number in range(3)])
    page = await api("api.atom_proposals.list_atom_proposals").asyncio(client=client, limit=2)
    assert (len(page.items), bool(page.next_)) == (2, True)
    rest = await api("api.atom_proposals.list_atom_proposals").asyncio(client=client, limit=2, after=page.next_)
    assert {each.id for each in (*page.items, *rest.items)} == set(ids)
    one = await api("api.atom_proposals.get_atom_proposal").asyncio(ids[0], client=client)
    assert (one.proposal.proposed_title, one.proposal.status.value) == ("The ledger runs on Postgres 0", "pending")
    approved = await _approve(api, client, ids[0])
    assert (approved.status_code, approved.parsed.status.value) == (200, "approved")
    assert await scalar(database, "SELECT count(*) FROM entities") == 1


async def test_it_is_told_in_types_what_is_refused_and_why(database, api, client):
    [proposal_id] = await propose(database, [draft()])
    await _approve(api, client, proposal_id)
    again = await _approve(api, client, proposal_id)
    assert (again.status_code, type(again.parsed).__name__) == (409, "ConflictProblem")
    assert "rita" in again.parsed.detail
    missing = await api("api.atom_proposals.get_atom_proposal").asyncio(uuid4(), client=client)
    assert (type(missing).__name__, missing.status) == ("Problem", 404)


async def test_it_proposes_what_others_decide(database, api, client):
    asked = [api("models").NewAtomProposal.from_dict(WANTED)]
    made = await api("api.atom_proposals.propose_atoms").asyncio(client=client, body=asked)
    [item] = made.items
    assert (item.proposed_title, UUID(str(item.id)).version) == (WANTED["proposed_title"], 7)
    refused = await _approve(api, client, item.id)
    assert (refused.status_code, type(refused.parsed).__name__) == (403, "Problem")


async def test_it_takes_files_as_they_are(database, database_url, api):
    secret = await token(database, await person(database, "ada", Role.ADMIN), Scope.ADMIN, Scope.READ)
    formats = api("models").KnowledgeFormat
    with listening(create_app(Settings(), database_url, NOWHERE)) as url:
        client = api("client").AuthenticatedClient(base_url=url, token=secret)
        records = await api("api.export.export_records").asyncio(client=client)
        knowledge = api("api.export.export_knowledge").asyncio
        linked = await knowledge(client=client, format_=formats.JSONLD)
        packed = await knowledge(client=client, format_=formats.MARKDOWN)
    assert json.loads(records.payload.readline())["format"] == "assay"
    assert json.loads(linked.payload.read())["@graph"] == []
    assert zipfile.is_zipfile(packed.payload)


async def _approve(api, client, proposal_id):
    decision = api("models").Approval.from_dict({})
    return await api("api.atom_proposals.approve_atom_proposal").asyncio_detailed(
        proposal_id, client=client, body=decision
    )
