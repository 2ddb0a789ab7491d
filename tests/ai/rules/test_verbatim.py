"""Where no model wrote them, titles and contents are pieces of what is quoted."""

import json
from datetime import datetime
from importlib.resources import files
from uuid import UUID

import pytest
from tests.ai.chats import chat, read

from assay.ai.extractor import AtomDraft, Message
from assay.ai.grounding.support import LABELS
from assay.extraction.evidence import locate

pytestmark = pytest.mark.anyio


def lines_in_no_quote(atom: AtomDraft) -> list[str]:
    lines = (LABELS.sub("", line).rstrip("…") for line in (atom.title, *atom.content.splitlines()))
    return [line for line in lines if line and not any(locate(line, quote.text) for quote in atom.quotes)]


def sample() -> list[Message]:
    rows = map(json.loads, files("assay.sample").joinpath("chat.jsonl").read_text("utf-8").splitlines())
    return [
        Message(UUID(int=at), row["channel"], row["author"], datetime.fromisoformat(row["ts"]), row["text"])
        for at, row in enumerate(rows)
    ]


async def test_every_proposal_from_the_sample_chat_says_what_is_quoted(extractor):
    atoms = (await read(extractor, sample())).atoms

    assert len(atoms) >= 60
    assert [line for atom in atoms for line in lines_in_no_quote(atom)] == []


TALKS = {
    "an answer among others": """
        odette: How do I get the label printer on the packing bench to stop skipping every second label?
        lena: mine does too since monday, following
        farouk: The label printer skips every second label when the gap sensor is dirty; wipe the sensor with alcohol.
        odette: That did it, thanks!
    """,
    "an answer nobody confirmed": """
        mia: I was wondering if anybody here knows where we keep the Terraform state of the staging cluster?
        tom: @mia the Terraform state of the staging cluster lives in the acme-tfstate bucket with DynamoDB locking
        lee: lunch?
    """,
    "a repair that needs its problem": """
        tom: the CSV export times out for workspaces with more than 50,000 rows
        tom: fixed it by streaming the rows with a server-side cursor in batches
        lee: can confirm, works now
    """,
    "an action": "ana: morning\ntom: ACTION: lee: to write the runbook for failovers\nana: ok",
    "a proposal": "ana: let's go with NATS JetStream for the job queue\ntom: +1\nlee: works for me",
    "a question that was agreed to": """
        ana: should we retire the legacy importer after the spring release?
        tom: +1
        lee: works for me
        mia: yes
    """,
    "a link": "ana: Access tokens of the booking API, see https://example.com/tokens, expire after 60 minutes.",
    "an announcement": "ana: For the mobile people: access tokens of the booking API expire after 60 minutes.",
}  # fmt: skip


@pytest.mark.parametrize("name", TALKS)
async def test_what_is_proposed_says_what_is_quoted(extractor, name):
    atoms = (await read(extractor, chat(TALKS[name]))).atoms

    assert atoms
    assert [line for atom in atoms for line in lines_in_no_quote(atom)] == []
