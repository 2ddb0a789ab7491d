"""What a policy would do, and taking back what one did."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from tests.builders import counted_statements, draft, get, rows, scalar, with_evidence
from tests.duplicates.helpers import arrive, scanned
from tests.review.test_policy import POLICY, PROVABLE

from assay.ai.fakes import HashEmbedder
from assay.audit.actor import SYSTEM
from assay.db.models import ProposalStatus
from assay.duplicates.active_model import scorer_version
from assay.errors import InvalidInput, NotFound
from assay.kinds import AtomType, Kind, Proposer
from assay.policies import actions as policies
from assay.policies.document import Rule, amended, parsed
from assay.proposals import actions
from assay.proposals.merge import actions as merging
from assay.review import queries, simulation
from assay.review.actions import review, undo
from assay.review.policy import Hold
from assay.settings import Settings

asynchronous = pytest.mark.anyio
SETTINGS = Settings.model_validate({})


@pytest.mark.parametrize(
    ("rule", "facts", "hold"),
    [
        ({"threshold": 0.99}, {}, Hold.BELOW_THRESHOLD),
        ({"threshold": 0.5}, {"confidence": 0.6}, None),
        ({"kinds": ["topic"], "threshold": 0.99}, {}, None),
        ({"kinds": ["topic"], "human_required": True}, {"kind": Kind.TOPIC}, Hold.HUMAN_REQUIRED),
        ({"types": ["decision"], "human_required": True}, {"atom_type": AtomType.DECISION}, Hold.HUMAN_REQUIRED),
        ({"types": ["decision"], "human_required": True}, {"atom_type": AtomType.INSIGHT}, None),
        ({"sources": ["slack"], "min_authors": 2}, {"sources": frozenset({"slack"}), "authors": 1}, Hold.FEW_AUTHORS),
        ({"sources": ["slack"], "min_authors": 2}, {"sources": frozenset({"slack"}), "authors": 2}, None),
        ({"channels": ["legal"], "human_required": True}, {"channels": frozenset({"legal", "x"})}, Hold.HUMAN_REQUIRED),
        ({"channels": ["legal"], "human_required": True}, {"channels": frozenset({"x"})}, None),
    ],
)
def test_a_rule_holds_for_what_it_names(rule, facts, hold):
    policy = replace(POLICY, rules=(Rule.model_validate(rule),))
    assert policy.hold(replace(PROVABLE, **facts)) is hold


CHAT: dict[str, Any] = {"sources": frozenset({"chat"})}
OF_AN_AGENT = {**CHAT, "proposer": Proposer.AGENT}
FEED = {"sources": frozenset({"feed"}), "untrusted_sources": frozenset({"feed"})}
BOTH = {"sources": frozenset({"feed", "chat"}), "untrusted_sources": frozenset({"feed"})}


@pytest.mark.parametrize(
    ("rule", "facts", "hold"),
    [
        ({"proposers": ["agent"], "trust": "trusted"}, OF_AN_AGENT, None),
        ({"proposers": ["agent"], "trust": "trusted"}, {**OF_AN_AGENT, "proposer": Proposer.PERSON}, Hold.PROPOSER),
        ({"proposers": ["agent"], "trust": "trusted"}, {**FEED, "proposer": Proposer.AGENT}, Hold.UNTRUSTED_SOURCE),
        ({"proposers": ["agent"], "sources": ["chat"]}, OF_AN_AGENT, None),
        ({"proposers": ["agent"], "sources": ["chat"]}, {**BOTH, "proposer": Proposer.AGENT}, Hold.UNTRUSTED_SOURCE),
        ({"proposers": ["agent"], "channels": ["ops"]}, {**OF_AN_AGENT, "channels": frozenset({"x"})}, Hold.PROPOSER),
        ({"sources": ["feed"]}, FEED, None),
        ({"sources": ["feed"]}, {**FEED, "proposer": Proposer.AGENT}, Hold.PROPOSER),
        ({"sources": ["feed"]}, BOTH, Hold.UNTRUSTED_SOURCE),
        ({"sources": ["feed", "chat"]}, BOTH, None),
        ({"trust": "untrusted"}, BOTH, None),
        ({"sources": ["feed"], "extractors": ["rules"]}, {**FEED, "extractor": "rules"}, None),
        ({"sources": ["feed"], "extractors": ["rules"]}, {**FEED, "extractor": "llm"}, Hold.UNTRUSTED_SOURCE),
        ({"sources": ["feed"], "min_authors": 2}, {**FEED, "authors": 1}, Hold.FEW_AUTHORS),
    ],
)
def test_a_rule_opens_the_proposers_and_sources_that_it_names_and_no_others(rule, facts, hold):
    policy = replace(POLICY, rules=(Rule.model_validate({**rule, "may_approve": True}),))
    assert policy.hold(replace(PROVABLE, **facts)) is hold


def test_less_is_asked_only_of_what_is_quoted_from_nowhere_else():
    policy = replace(POLICY, rules=(Rule(sources=("chat",), threshold=0.5),))
    assert policy.hold(replace(PROVABLE, confidence=0.6, **CHAT)) is None
    both = frozenset({"chat", "mail"})
    assert policy.hold(replace(PROVABLE, confidence=0.6, sources=both)) is Hold.BELOW_THRESHOLD


def test_of_several_rules_the_strictest_holds():
    policy = replace(POLICY, rules=(Rule(threshold=0.5), Rule(threshold=0.99)))
    assert policy.hold(PROVABLE) is Hold.BELOW_THRESHOLD
    assert policy.least == 0.5


@pytest.mark.parametrize(
    "document",
    [
        {"rules": [{"kinds": ["rumour"]}]},
        {"rules": [{"threshold": 1.5}]},
        {"rules": [{"colour": "red"}]},
        {"rules": [{}] * 101},
        {"min_authors": 0},
        {"rules": [{"proposers": ["everybody"]}]},
        {"rules": [{"may_approve": True}]},
        {"rules": [{"may_approve": True, "trust": "trusted"}]},
        {"rules": [{"may_approve": True, "channels": ["ops"]}]},
        {"rules": [{"may_approve": True, "proposers": ["agent"], "human_required": True}]},
        {"shadow": {"auto_approval_threshold": -1}},
    ],
)
def test_a_rule_that_means_nothing_is_refused(document):
    with pytest.raises(InvalidInput):
        parsed(document)


def test_rules_are_stored_as_they_were_said_and_read_back():
    document = parsed({"rules": [{"kinds": ["topic"], "threshold": 0.9}], "shadow": {"min_authors": 2}})
    assert parsed(document.as_stored()) == document
    assert amended(document, {"rules": None, "shadow": None}).as_stored() == {}


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


async def arrived(database, embedder, *drafts):
    ids = await arrive(database, embedder, *await with_evidence(database, *drafts))
    await scanned(database, embedder, *ids)
    return ids


async def tried(database, embedder, changes):
    async with database.transaction() as session:
        scorer = await scorer_version(session, embedder.model)
        return (await simulation.tried(session, changes, settings=SETTINGS, scorer=scorer)).document()


@asynchronous
async def test_a_trial_tells_the_queue_and_what_people_made_of_the_rest(database, embedder, ana):
    sure = [draft() for _ in range(4)]
    one, two, three, *_ = await arrived(database, embedder, *sure, draft(confidence=0.8))
    async with database.transaction() as session:
        await actions.approve(session, [one], actor=ana)
        await actions.reject(session, [two], actor=ana)
        await merging.merge(session, {three: one}, actor=ana)
    found = await tried(database, embedder, {"auto_approval_threshold": 0.7})
    assert found["candidate"]["queue"] == {"pending": 2, "would_approve": 2, "held": {}}
    assert found["in_force"]["queue"]["would_approve"] == 1
    precision = found["candidate"]["history"].pop("precision")
    assert {name: round(value, 2) for name, value in precision.items()} == {
        "share": 0.33, "low": 0.06, "high": 0.79, "of": 3,
    }  # fmt: skip
    assert found["candidate"]["history"] == {
        "decided_by_people": 3, "would_approve": 3, "approved": 1, "rejected": 1, "duplicates": 1,
    }  # fmt: skip
    assert found["sentence"].endswith("would have approved 3: 1 of them were rejected, 1 are duplicates.")
    assert found["agreement"] == {"both": 4, "first_only": 0, "second_only": 1, "neither": 0, "share": 0.8}
    assert await scalar(database, "SELECT count(*) FROM policy_versions") == 0


@asynchronous
async def test_a_trial_costs_as_many_statements_for_many_as_for_one(database, embedder):
    costs = []
    for number in (1, 30):
        await arrived(database, embedder, *(draft() for _ in range(number)))
        with counted_statements(database) as statements:
            await tried(database, embedder, {"min_authors": 1})
        costs.append(len(statements))
    assert costs[0] == costs[1] < 10


@asynchronous
async def test_the_shadow_decides_on_paper_only(database, embedder, ana):
    [sure] = await arrived(database, embedder, draft())
    async with database.transaction() as session:
        with pytest.raises(NotFound, match="no shadow"):
            await simulation.shadow(session, settings=SETTINGS, scorer="any")
    async with database.transaction() as session:
        await policies.amend(session, {"shadow": {"min_authors": 2}}, actor=ana)
    async with database.transaction() as session:
        scorer = await scorer_version(session, embedder.model)
        trial = await simulation.shadow(session, settings=SETTINGS, scorer=scorer)
    assert (trial.in_force.would_approve, trial.candidate.held) == (1, {Hold.FEW_AUTHORS: 1})
    async with database.transaction() as session:
        done = await review(session, [sure], settings=SETTINGS, model=embedder.model)
    assert list(done.approved) == [sure]


@asynchronous
async def test_everything_a_version_approved_is_taken_back_in_one_act(database, embedder, ana):
    first, second, third = await arrived(database, embedder, draft(), draft(), draft())
    for ids in ([first], [second, third]):
        async with database.transaction() as session:
            await review(session, ids, settings=SETTINGS, model=embedder.model)
            await policies.amend(session, {"auto_approval_threshold": 0.9 + len(ids) / 100}, actor=ana)
    async with database.transaction() as session:
        outcomes = await undo(session, 1, actor=ana)
        assert {each.id for each in outcomes} == {second, third}
        assert all(each.done for each in outcomes)
        assert await undo(session, 1, actor=ana) == []
        with pytest.raises(NotFound):
            await undo(session, 99, actor=ana)
    assert (await get(database, first)).status is ProposalStatus.APPROVED
    assert {(await get(database, each)).status for each in (second, third)} == {ProposalStatus.PENDING}
    trail = await rows(database, "SELECT detail->>'notes' FROM audit_log WHERE action = 'proposal.reverted'")
    assert {each[0] for each in trail} == {"Undo of policy version 1"}


@asynchronous
async def test_what_is_counted_together_is_judged_as_each_alone(database):
    """Around the thresholds too."""
    policy = replace(POLICY, threshold=0.7, rules=(Rule(kinds=(Kind.TOPIC,), threshold=0.9), Rule(min_authors=1)))
    sure = [draft(kind, confidence=each) for kind in Kind for each in (0.1, 0.69, 0.7, 0.71, 0.89, 0.9, 0.95)]
    backed = await with_evidence(database, *sure[::2])
    ids = [each.id for each in (*backed, *sure[1::2])]
    async with database.transaction() as session:
        await actions.propose(session, [*backed, *sure[1::2]], run_id=None, actor=SYSTEM)
        await session.execute(text("UPDATE proposals SET dedup_state = 'clear', dedup_scorer = 'x'"))
        await session.execute(text("UPDATE proposals SET failures = 5 WHERE confidence = 0.95"))
        await session.execute(text("UPDATE proposals SET retry_at = now() + interval '1 h' WHERE confidence = 0.89"))
        (found,), _ = await simulation.simulate(session, [policy], scorer="x")
        alone = [policy.hold(each) for each in (await queries.facts(session, ids, scorer="x")).values()]
    assert found.pending == len(alone) == len(ids)
    assert found.would_approve == alone.count(None) > 0
    assert found.held == Counter(each for each in alone if each)
    assert {Hold.RETRIED_LATER, Hold.NEEDS_ATTENTION, Hold.BELOW_THRESHOLD, Hold.UNVERIFIED} <= set(found.held)
