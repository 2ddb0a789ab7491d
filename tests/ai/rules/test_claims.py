"""Plain statements: which are kept, as what, how certain, and how they hang together."""

from uuid import UUID

import pytest
from tests.ai.chats import atom_with, chat, keeps_its_promises, linked, message, read, titles

from assay.ai.extractor import KnownAtom, Window
from assay.ai.rules.extractor import OfflineExtractor
from assay.kinds import AtomType, LinkType

pytestmark = pytest.mark.anyio

PLACES = ["in the EU region", "on Android phones", "behind the gateway", "over satellite", "for archived projects"]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Enterprise customers must have SAML single sign-on before they can sign.", AtomType.REQUIREMENT),
        ("Turns out the API gateway is slow because every request opens a TLS connection.", AtomType.INSIGHT),
        ("Before every release we always test the mobile app with a full disk.", AtomType.PATTERN),
        ("The payout export crashes with an out of memory error above 10,000 invoices.", AtomType.PROBLEM),
        ("To roll back a release of the booking API, run `ctl rollback` and wait for the canary.", AtomType.SOLUTION),
        ("Access tokens of the booking API expire after 60 minutes.", AtomType.INSIGHT),
    ],
)  # fmt: skip
async def test_a_statement_a_stranger_understands_is_kept_under_its_type(extractor, said, kind):
    messages = chat(f"tom: morning\nana: {said}\ntom: ok")

    extraction = await read(extractor, messages)

    (atom,) = extraction.atoms
    assert (atom.title, atom.type) == (said, kind)
    assert atom.confidence < 0.95
    assert atom.quotes[0].text == said
    keeps_its_promises(extraction, messages)


@pytest.mark.parametrize(
    "said",
    [
        "it must be restarted after every upgrade of the cluster",
        "that one needs to be in version 2.4 before the release",
        "your config of nginx is wrong, you need to set proxy_pass first",
        "he said the API of Pennyfold must be called over IPv6 only",
        "I'm going to deploy version 4.2 of the gateway to staging and then rebase",
        "I might be wrong but maybe the trial reminder goes out on day 10",
        "lol we should rewrite the booking API in Rust for 200% more fun haha",
        "for today only the staging cluster points at the production search index",
        "deploying version 4.2 of the gateway at 3pm today, please hold merges",
        "what if we used GPUs for the search index? crazy idea",
        "at com.acme.App.main(App.java:12) Caused by: java.lang.NullPointerException: x",
        "const limit = 100; if (requests > limit) { return error(429); }",
        "Die Rechnung muss bis Freitag bezahlt werden und das ist wirklich wichtig für alle Kunden",
        "La facture doit être payée avant vendredi et les clients ne sont pas contents de cela",
        "the problem with the change is that the other one must be reverted first",
        "thanks everyone, that was a really good demo of the new calendar yesterday",
    ],
)
async def test_what_is_no_lasting_knowledge_is_left_out(extractor, said):
    extraction = await read(extractor, chat(f"tom: morning\nana: {said}\ntom: ok"))

    assert [atom.title for atom in extraction.atoms if atom.recommendation == "new"] == []


async def test_the_same_said_by_others_is_one_atom_with_both_quotes(extractor):
    messages = chat("""
        ana: Enterprise customers need to have single sign-on via SAML before they can sign.
        tom: ok
        jon: Enterprise customers must have SAML single sign-on before they can sign.
    """)

    extraction = await read(extractor, messages)

    (atom,) = extraction.atoms
    assert {quote.message_id for quote in atom.quotes} == {messages[0].id, messages[2].id}
    assert atom.confidence >= 0.95
    assert "said the same" in atom.reasoning


async def test_saying_it_twice_oneself_proves_nothing(extractor):
    messages = chat("""
        ana: Enterprise customers need to have single sign-on via SAML before they can sign.
        tom: ok
        ana: Enterprise customers must have SAML single sign-on before they can sign.
    """)

    (atom,) = (await read(extractor, messages)).atoms

    assert atom.confidence < 0.95


async def test_a_changed_number_contradicts_instead_of_repeating(extractor):
    messages = chat("""
        ana: Access tokens of the booking API expire after 60 minutes.
        tom: ok
        jon: Access tokens of the booking API now expire after 15 minutes.
    """)

    extraction = await read(extractor, messages)

    later = atom_with(extraction, "15 minutes")
    earlier = atom_with(extraction, "60 minutes")
    assert linked(extraction, later) == [(earlier, LinkType.CONTRADICTS)]
    assert max(earlier.confidence, later.confidence) < 0.95


async def test_unrelated_statements_are_not_linked(extractor):
    extraction = await read(
        extractor,
        chat("""
        ana: Access tokens of the booking API expire after 60 minutes.
        jon: Enterprise customers must have SAML single sign-on before they can sign.
    """),
    )

    assert len(extraction.atoms) == 2
    assert all(not atom.links for atom in extraction.atoms)


async def test_lines_of_one_message_that_are_visibly_unfinished_are_read_together(extractor):
    said = "Access tokens of the booking API expire after\n60 minutes because the auditors insist on short sessions."

    (atom,) = (await read(extractor, [message(said)])).atoms

    assert atom.title == " ".join(said.split())


async def test_half_a_sentence_is_no_statement(extractor):
    messages = chat(
        """
        ana: Access tokens of the booking API expire after
        ana: 60 minutes because the auditors insist on short sessions.
    """,
        seconds_between=5,
    )

    extraction = await read(extractor, messages)

    assert titles(extraction) == []


async def test_quotes_come_from_the_raw_message(extractor):
    raw = "ok so *Access tokens* of the `booking-api` <https://example.com|expire> after 60 minutes :tada:"
    messages = chat(f"ana: {raw}")

    extraction = await read(extractor, messages)

    (atom,) = extraction.atoms
    assert atom.title == "Access tokens of the `booking-api` expire after 60 minutes"
    assert atom.quotes[0].text == raw.removesuffix(" :tada:")


async def test_a_window_proposes_no_more_than_people_can_read(extractor):
    parts = [f"{part} {place}" for part in ("Search", "Billing", "Export", "Login", "Import") for place in PLACES]
    facts = "\n".join(
        f"{part[:3]}: {part} must answer every request within {n} ms." for n, part in enumerate(parts, 90)
    )

    extraction = await read(extractor, chat(facts))

    assert 5 < len(titles(extraction)) <= 5 + len(parts) // 5


async def test_what_is_said_is_linked_to_what_was_known_before(extractor: OfflineExtractor):
    known = [
        KnownAtom(UUID(int=1), AtomType.INSIGHT, "Access tokens of the booking API expire after 60 minutes."),
        KnownAtom(UUID(int=2), AtomType.INSIGHT, "The canteen of the Porto office opens at noon."),
    ]
    said = chat("ana: Decision: access tokens of the booking API expire after 15 minutes\ntom: morning")
    (atom,) = (await extractor.extract(Window(said, known_atoms=known))).atoms

    assert [(link.to, link.link_type) for link in atom.links] == [(UUID(int=1), LinkType.CONTRADICTS)]


async def test_context_is_understood_but_is_no_news(extractor: OfflineExtractor):
    question, answer = chat("""
        mia: Where do we keep the Terraform state of the staging cluster?
        tom: @mia the Terraform state of the staging cluster lives in the acme-tfstate bucket with DynamoDB locking
    """)

    assert not (await extractor.extract(Window([], context=[question, answer]))).atoms
    (atom,) = (await extractor.extract(Window([answer], context=[question]))).atoms
    assert atom.content.startswith("Question: Where do we keep the Terraform state")
