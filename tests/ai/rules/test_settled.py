"""What the judge of approvals finds sound is proposed, whole and surely, in any language that is read."""

from dataclasses import replace

import pytest
from tests.ai.chats import chat, message, read, titles

from assay.ai.extractor import Window
from assay.extraction.drafts import drafted
from assay.kinds import AtomType, Kind

pytestmark = pytest.mark.anyio


async def settled(extractor, messages):
    return [atom for atom in (await read(extractor, messages)).atoms if atom.meta["source"] == "settled"]


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (
            "ana: Decision: no deploys to production on Fridays from now on.\ntom: +1\nlee: +1",
            "No deploys to production on Fridays from now on.",
        ),
        (
            "ana: #agreed no deploys to production on Fridays.\ntom: agreed\nlee: +1",
            "No deploys to production on Fridays.",
        ),
        (
            "ana: Decision: at least two people review each payout.\ntom: agreed\nlee: +1",
            "At least two people review each payout.",
        ),
        (
            "ana: Decision: all exports use UTF-8.\ntom: agreed\nlee: +1",
            "All exports use UTF-8.",
        ),
        (
            "Jana: Beschlossen: um 22 Uhr wird das Tor geschlossen, außer an Feiertagen.\n"
            "Uwe: einverstanden\nPia: passt",
            "Um 22 Uhr wird das Tor geschlossen, außer an Feiertagen.",
        ),
        (
            "Rocío: Acordado: ninguna carretilla sale sin revisión si lleva más de 24 horas parada.\n"
            "Fermín: de acuerdo\nAitana: de acuerdo",
            "Ninguna carretilla sale sin revisión si lleva más de 24 horas parada.",
        ),
        (
            "Chef Armel: C'est décidé : plus de poisson cru le dimanche ni le lundi.\n"
            "Lila: d'accord\nYoucef: d'accord chef",
            "Plus de poisson cru le dimanche ni le lundi.",
        ),
    ],
)  # fmt: skip
async def test_a_decision_that_two_others_consent_to_is_one_sure_proposal_in_its_own_words(extractor, lines, title):
    messages = chat(lines)

    extraction = await read(extractor, messages)

    (atom,) = extraction.atoms
    assert (atom.title, atom.content, atom.type) == (title, title, AtomType.DECISION)
    assert [quote.text for quote in atom.quotes] == [each.text for each in messages]
    (draft,) = [each for each in drafted(extraction, Window(messages), [])[0] if each.kind is Kind.ATOM]
    assert draft.confidence >= 0.97


async def test_a_confirmed_answer_is_proposed_with_its_question_in_another_language(extractor):
    question, answer, _ = messages = chat("""
        Bożena: Jak wysłać plik większy niż 20 MB do urzędu? Poczta odrzuca.
        Krystian: Pliki powyżej 20 MB wysyła się tylko przez skrzynkę ePUAP. Nigdy pocztą.
        Bożena: Poszło, dziękuję, działa!
    """)

    (atom,) = await settled(extractor, messages)

    assert atom.title == "Pliki powyżej 20 MB wysyła się tylko przez skrzynkę ePUAP."
    assert atom.content == f"Question: {question.text}\nAnswer: {atom.title}\nNigdy pocztą."
    assert [quote.text for quote in atom.quotes[:2]] == [question.text, answer.text]
    assert {quote.message_id for quote in atom.quotes} == {each.id for each in messages}


async def test_an_aside_of_who_answers_is_no_answer(extractor):
    found = await settled(extractor, chat("""
        jae: The confocal shows stripes at 63x. What is wrong?
        uma: Stripes at 63x appear whenever the table's air is off; the gauge must show at least 4 bar.
        mel: I swear that gauge was at 5 last week
        uma: the compressor loses air over the weekend, it's on the list for the service man
        jae: gauge was at 2. set it to 4.5 and the stripes are gone, confirmed
    """))  # fmt: skip

    assert not [atom for atom in found if "compressor" in atom.title]


async def test_what_limits_a_decision_in_the_next_sentence_belongs_to_it(extractor):
    said = "Decision: dogs are allowed in the office. Except on Mondays."

    (atom,) = await settled(extractor, chat(f"ana: {said}\ntom: agreed\nlee: +1"))

    assert atom.title == "Dogs are allowed in the office."
    assert atom.content == "Dogs are allowed in the office.\nExcept on Mondays."
    assert atom.quotes[0].text == said


async def test_the_subject_that_a_label_names_is_kept(extractor):
    (atom,) = await settled(extractor, chat("ana: Decision on the gate: closed from 22:00 on.\ntom: agreed\nlee: +1"))

    assert atom.title == "The gate: closed from 22:00 on."


@pytest.mark.parametrize(
    "last", ["ana: scratch that, we keep it", "mia: no", "mia: No. We decided against that last week."]
)
async def test_what_is_taken_back_or_refused_is_not_settled(extractor, last):
    talk = chat(f"ana: Decision: the export uses UTF-8 everywhere.\ntom: agreed\nlee: +1\n{last}")

    assert not await settled(extractor, talk)


async def test_channels_and_sources_of_one_name_are_judged_apart(extractor):
    decision, *consent = chat("ana: Decision: the export uses UTF-8 everywhere.\ntom: agreed\nlee: +1")

    assert await settled(extractor, [decision, *consent])
    assert not await settled(extractor, [decision, *(replace(each, source="mail") for each in consent)])
    assert not await settled(extractor, [decision, *(replace(each, channel="lunch") for each in consent)])


async def test_consent_in_a_thread_and_in_a_long_chat_is_found(extractor):
    talk = chat("ana: Decision: the export uses UTF-8 everywhere.\n" + "mia: nice weather, isn't it\n" * 150)
    replies = [
        replace(message("agreed", author=name, at=talk[-1].sent_at, number=900 + at), thread=str(talk[0].id))
        for at, name in enumerate(("tom", "lee"))
    ]

    assert titles(await read(extractor, [*talk, *replies])) == ["The export uses UTF-8 everywhere."]


async def test_the_content_keeps_a_subject_that_stands_before_the_words_of_deciding(extractor):
    said = "ok refunds without receipt: we're going with store credit only, up to 40 euro"
    (atom,) = await settled(extractor, chat(f"zoe: {said}\nhamid: good, agreed\ntrix: yup agreed"))

    assert atom.content == f"Ok{said[2:]}"
