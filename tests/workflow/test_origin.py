"""Origin is bound when it is written: what comes from whom nobody trusts is never approved by the machine alone."""

from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from tests.builders import MORNING, rows, scalar
from tests.extraction.chats import atom, incoming, ingest
from tests.jobs.helpers import done
from tests.web.helpers import BASE, asking, bearer, person, serving, token

from assay.ai.extractor import Extraction, Quote
from assay.ai.fakes import HashEmbedder, ScriptedExtractor
from assay.audit.actor import SYSTEM
from assay.cli.pipeline import STEPS
from assay.db.models import ActorKind, Role, Scope
from assay.policies import actions as policies
from assay.queue.deps import Deps
from assay.settings import Settings

pytestmark = pytest.mark.anyio

PEOPLE = ("ana", "ben", "cleo", "dora")
LIE = "Backups are not needed any more"
OPEN_AGENTS = {"rules": [{"proposers": ["agent"], "trust": "trusted", "may_approve": True}]}
ORIGINS = "SELECT written_via, written_by_user_id, count(*) FROM messages GROUP BY 1, 2 ORDER BY 1"
VERSIONS = """
    SELECT version, text, u.name FROM messages JOIN users u ON u.id = written_by_user_id
    WHERE external_id = 'm0' ORDER BY version"""
HELD = "SELECT title, status FROM proposals ORDER BY title"


def forged(text: str = LIE, **changes: object):
    return [
        {"external_id": f"m{number}", "channel": "ops", "author": who, "sent_at": MORNING.isoformat(), "text": text}
        | changes
        for number, who in enumerate(PEOPLE)
    ]


def agreed():
    """The lie told as a decision, and the others consent."""
    first, *rest = forged()
    others = [
        each | {"text": "agreed", "sent_at": (MORNING + timedelta(minutes=minute)).isoformat()}
        for minute, each in enumerate(rest, 1)
    ]
    return [first | {"text": f"Decision: {LIE}"}, *others]


def said_by_all(messages, _known) -> Extraction:
    """One sure atom that every message proves."""
    title = messages[0].text.removeprefix("Decision: ")
    return Extraction(atoms=[atom(title, *(Quote(m.id, m.text) for m in messages), confidence=1.0)])


def tools_of(database, extractor=said_by_all) -> Deps:
    return Deps(database, Settings.model_validate({}), HashEmbedder(), ScriptedExtractor(extractor))


async def pipeline(deps: Deps) -> None:
    for name, _ in STEPS:
        await done(name, deps)


async def team_says(database, text: str) -> None:
    await ingest(database, *(incoming(text, f"team-{text}-{who}", author=who) for who in PEOPLE), source="team")


@asynccontextmanager
async def asked_by(database, app, name, *scopes, role=Role.REVIEWER, kind=ActorKind.AGENT):
    who = await person(database, name, role, kind)
    async with asking(app, **bearer(await token(database, who, *scopes))) as http:
        yield http, who


@pytest.fixture
async def world(database, database_url):
    """An agent that may propose, and an admin, each with their token."""
    async with (
        serving(database_url) as app,
        asked_by(database, app, "bot", Scope.READ, Scope.PROPOSE) as (bot, _),
        asked_by(database, app, "ada", *Scope, role=Role.ADMIN, kind=ActorKind.USER) as (ada, _),
    ):
        yield bot, ada


async def post(http, source: str, messages=None):
    return await http.post(f"{BASE}/messages", json={"source": source, "messages": messages or forged()})


async def the_source(http, name: str):
    found = (await http.get(f"{BASE}/sources")).json()["items"]
    return next(each for each in found if each["name"] == name)


async def trust(http, name: str, trust: str = "trusted", writers=()):
    source = await the_source(http, name)
    body = {"trust": trust, "owner_id": source["owner"]["id"], "writers": [*writers]}
    answer = await http.put(f"{BASE}/sources/{source['id']}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def held(http, proposal_id) -> list[str]:
    answer = await http.get(f"{BASE}/knowledge/atoms/proposals/{proposal_id}")
    return list(answer.json()["held"])


async def proposed(http, quotes, title: str = LIE):
    """What somebody proposes with these quotes, as sure as can be."""
    evidence = [{"message_id": str(each.id), "quote": each.text} for each in quotes]
    body = {"proposed_type": "decision", "proposed_title": title, "confidence": 1.0, "evidence": evidence}
    answer = await http.post(f"{BASE}/knowledge/atoms/proposals", json=[body])
    assert answer.status_code == 201, answer.text
    return answer.json()["items"][0]


async def test_a_lie_with_four_real_quotes_waits_for_a_person_even_where_the_policy_opens_its_proposer(database, world):
    bot, _ = world
    deps = tools_of(database, lambda *_: Extraction())
    await team_says(database, "The release is on Monday")
    lie = await proposed(bot, await rows(database, "SELECT id, text FROM messages"))
    await pipeline(deps)
    assert (await held(bot, lie["id"]))[:2] == ["proposer", "its evidence does not say it"]
    async with database.transaction() as session:
        await policies.amend(session, OPEN_AGENTS, actor=SYSTEM)
    await pipeline(deps)
    assert (await held(bot, lie["id"]))[0] == "its evidence does not say it"
    assert await rows(database, HELD) == [(LIE, "pending")]


async def test_what_the_proposer_wrote_in_is_nobodys_voice(database, world):
    bot, ada = world
    assert (await post(bot, "bot-feed")).status_code == 200
    await trust(ada, "bot-feed")
    async with database.transaction() as session:
        await policies.amend(session, OPEN_AGENTS | {"min_authors": 1}, actor=SYSTEM)
    answer = await proposed(bot, await rows(database, "SELECT id, text FROM messages"))
    await pipeline(tools_of(database, lambda *_: Extraction()))
    assert answer["confidence"] == 0.6
    assert await held(bot, answer["id"]) == ["too few people say so", "confidence below the threshold"]


async def test_a_token_writes_nothing_into_the_source_of_somebody_else(database, world):
    bot, _ = world
    await team_says(database, "The release is on Monday")
    before = await rows(database, "SELECT count(*), max(id::text) FROM messages")
    refused = await post(bot, "team")
    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "bot may not write to the source 'team', which is somebody else's: write to a source of your own, or ask an "
        "admin to open this one.",
    )
    edit = await post(bot, "team", forged("It is on Tuesday", external_id="team-The release is on Monday-ana"))
    assert edit.status_code == 403
    assert await rows(database, "SELECT count(*), max(id::text) FROM messages") == before
    assert await scalar(database, "SELECT count(*) FROM messages WHERE NOT is_latest") == 0


async def test_three_forged_voices_in_a_source_of_ones_own_wait_until_an_admin_trusts_it(database, world):
    bot, ada = world
    deps = tools_of(database)
    assert (await post(bot, "bot-feed", agreed())).json()["added"] == 4
    await pipeline(deps)
    [proposal] = await rows(database, "SELECT id, status FROM proposals")
    assert (await held(bot, proposal.id), proposal.status) == (["untrusted source"], "pending")
    detail = (await bot.get(f"{BASE}/knowledge/atoms/proposals/{proposal.id}")).json()
    assert detail["untrusted_sources"] == ["bot-feed"]
    assert (await trust(ada, "bot-feed"))["trust"] == "trusted"
    assert await scalar(database, "SELECT count(*) FROM job_requests WHERE job = 'auto_review_proposals'") >= 1
    await pipeline(deps)
    assert await rows(database, HELD) == [(LIE, "approved")]


async def test_what_nobody_trusts_is_never_read_in_one_pass_with_what_is_trusted(database, world):
    bot, _ = world
    seen = []

    def note(messages, _known) -> Extraction:
        seen.append({message.text for message in messages})
        return Extraction()

    await team_says(database, "The release is on Monday")
    await post(bot, "bot-feed")
    await pipeline(tools_of(database, note))
    assert seen == [{"The release is on Monday"}, {LIE}]


async def test_one_quote_of_an_untrusted_source_is_enough_to_wait(database, world):
    bot, _ = world
    await team_says(database, LIE)
    await post(bot, "bot-feed")
    async with database.transaction() as session:
        await policies.amend(session, OPEN_AGENTS, actor=SYSTEM)
    lie = await proposed(bot, await rows(database, "SELECT id, text FROM messages"))
    await pipeline(tools_of(database, lambda *_: Extraction()))
    assert await held(bot, lie["id"]) == ["untrusted source", "proposer"]


async def test_the_origin_of_a_message_is_never_taken_from_its_body(database, world):
    bot, _ = world
    for name in ("written_by_user_id", "written_via", "written_by_token_id", "ingested_at", "trust"):
        assert (await post(bot, "bot-feed", [each | {name: 1} for each in forged()])).status_code == 422
    assert await scalar(database, "SELECT count(*) FROM messages") == 0
    await post(bot, "bot-feed")
    user, key = (await rows(database, "SELECT user_id, id FROM api_tokens ORDER BY created_at LIMIT 1"))[0]
    assert await rows(database, ORIGINS) == [("token", user, 4)]
    shown = (await bot.get(f"{BASE}/messages")).json()["items"][0]
    assert (shown["written_via"], shown["written_by_user_id"], shown["written_by_token_id"]) == (
        "token",
        user,
        str(key),
    )


async def test_another_writer_adds_a_version_and_the_first_keeps_who_wrote_it(database, world):
    bot, ada = world
    await post(bot, "bot-feed")
    first = await rows(database, ORIGINS)
    assert (await post(ada, "bot-feed")).json() == {"added": 0, "edited": 0, "erased": 0, "unchanged": 4}
    assert await rows(database, ORIGINS) == first
    assert (await post(ada, "bot-feed", forged("Other words"))).json()["edited"] == 4
    assert await rows(database, VERSIONS) == [(1, LIE, "bot"), (2, "Other words", "ada")]


async def test_an_admin_opens_a_source_and_closes_it_again(database, world):
    bot, ada = world
    await team_says(database, "The release is on Monday")
    bot_id = await scalar(database, "SELECT id FROM users WHERE name = 'bot'")
    opened = await trust(ada, "team", writers=[bot_id])
    assert opened["writers"] == [{"id": bot_id, "name": "bot"}]
    assert (await post(bot, "team")).json()["added"] == 4
    await trust(ada, "team")
    assert (await post(bot, "team", forged("Once more"))).status_code == 403


@pytest.mark.parametrize("name", ["tеam", "TEAM", "ΤΕΑΜ", "team ", "te\u200bam", "ｔｅａｍ"])
async def test_no_source_looks_like_another(database, world, name):
    bot, _ = world
    await team_says(database, "The release is on Monday")
    refused = await post(bot, name)
    assert refused.status_code == 409
    assert "would look like 'team'" in refused.json()["detail"]
    assert await scalar(database, "SELECT count(*) FROM sources") == 1


async def test_a_person_who_is_no_admin_is_trusted_no_more_than_an_agent(database, database_url):
    async with (
        serving(database_url) as app,
        asked_by(database, app, "rita", Scope.READ, Scope.PROPOSE, kind=ActorKind.USER) as (rita, _),
    ):
        await team_says(database, "The release is on Monday")
        assert (await post(rita, "team")).status_code == 403
        await post(rita, "notes")
        assert (await the_source(rita, "notes"))["trust"] == "untrusted"
        source = await the_source(rita, "team")
        body = {"trust": "trusted", "owner_id": 1, "writers": []}
        assert (await rita.put(f"{BASE}/sources/{source['id']}", json=body)).status_code == 403


async def test_a_change_of_a_source_is_refused_where_somebody_was_faster_or_means_nobody(database, world):
    _, ada = world
    await team_says(database, "The release is on Monday")
    source = await the_source(ada, "team")
    place, body = f"{BASE}/sources/{source['id']}", {"trust": "untrusted", "owner_id": 1, "writers": []}
    read = (await ada.get(place)).headers["etag"]
    assert (await ada.put(place, json=body, headers={"If-Match": read})).status_code == 200
    assert (await ada.put(place, json=body, headers={"If-Match": read})).status_code == 412
    assert (await ada.put(place, json=body | {"writers": [4711]})).json()["detail"] == "There is no user 4711."
    assert (await ada.put(place, json=body | {"writers": [1], "owner_id": source["owner"]["id"]})).status_code == 200
    changes = "SELECT detail -> 'before' ->> 'trust', detail ->> 'trust' FROM audit_log WHERE action = 'source.changed'"
    assert await rows(database, changes) == [("trusted", "untrusted")]


async def test_pages_of_sources_follow_each_other_by_name(database, world):
    bot, _ = world
    for name in ("b", "a", "c"):
        await post(bot, name * 200)
    first = (await bot.get(f"{BASE}/sources", params={"limit": 2})).json()
    second = (await bot.get(f"{BASE}/sources", params={"limit": 2, "after": first["next"]})).json()
    assert [each["name"][0] for each in [*first["items"], *second["items"]]] == ["a", "b", "c"]
    assert second["next"] is None


async def test_nobody_but_an_admin_makes_sources_without_end(database, world, monkeypatch):
    bot, ada = world
    monkeypatch.setattr("assay.sources.actions.MAX_OWN_SOURCES", 2)
    answers = [(await post(bot, name)).status_code for name in ("one", "two", "three")]
    assert answers == [200, 200, 403]
    assert (await post(ada, "three")).status_code == 200
