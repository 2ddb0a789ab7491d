"""Whatever a model's server does: the request ends, the waits are bounded, what was used is counted."""

import asyncio

import pytest
from tests.ai.chats import chat
from tests.ai.llm import FACT, NOTHING, Clock, asking, atom, found, scripted
from tests.ai.model_server import CUT, SILENT, ModelServer, Reply, fails, says
from tests.patience import until

from assay import http_client
from assay.ai.backoff import MAX_ATTEMPTS, MAX_PAUSE_SECONDS, Backoff, pause
from assay.ai.budget import Budget, BudgetSpent, UsageMeter
from assay.ai.extractor import Window
from assay.errors import PermanentError, Unavailable

pytestmark = pytest.mark.anyio

GOOD = says(found(atom()))


@pytest.fixture
def window() -> Window:
    return Window(chat(f"ana: {FACT}\ntom: +1"))


@pytest.mark.parametrize(
    "bad",
    [
        fails(429, retry_after="7"), fails(429), fails(500), fails(502), fails(503, retry_after="2"), fails(529), CUT,
        Reply(body=b'{"choices": ['),
    ],
)  # fmt: skip
async def test_what_passes_is_waited_out(bad, window):
    clock = Clock()
    async with ModelServer([bad, GOOD]) as server, asking(server, clock) as extractor:
        extraction = await extractor.extract(window)
    assert len(extraction.atoms) == 1
    assert len(server.asked) == 2
    assert sum(clock.slept) >= 0.5


async def test_the_wait_that_the_server_asks_for_is_kept_by_every_request(window):
    clock = Clock()
    async with ModelServer([fails(429, retry_after="7"), GOOD]) as server, asking(server, clock) as extractor:
        await asyncio.gather(*(extractor.extract(window) for _ in range(3)))
    assert clock.now() >= 7
    assert len(server.asked) == 4


async def test_a_server_that_asks_to_wait_for_an_hour_is_not_waited_for(window):
    async with scripted([fails(429, retry_after="3600")]) as (server, extractor):
        with pytest.raises(Unavailable, match="asks to wait 3600 s"):
            await extractor.extract(window)
    assert len(server.asked) == 1


@pytest.mark.parametrize("bad", [fails(500), fails(429), CUT])
async def test_what_does_not_pass_is_unavailable(bad, window):
    async with scripted([bad]) as (server, extractor):
        with pytest.raises(Unavailable, match="does not answer after 5 tries"):
            await extractor.extract(window)
    assert len(server.asked) == MAX_ATTEMPTS


async def test_a_server_that_never_answers_is_asked_twice_and_left(window):
    async with scripted([SILENT], assay_llm_timeout=1) as (server, extractor):
        with pytest.raises(Unavailable, match="does not answer after 2 tries"):
            await extractor.extract(window)
    assert len(server.asked) == 2


async def test_a_server_that_is_not_there_is_unavailable(window):
    async with scripted([], assay_llm_url="http://127.0.0.1:9/v1") as (_, extractor):
        with pytest.raises(Unavailable, match="does not answer"):
            await extractor.extract(window)
    assert window.meter.tokens == 0


@pytest.mark.parametrize(("status", "words"), [(401, "Incorrect API key sk-very-secret-key"), (404, "no such model")])
async def test_a_wrong_key_or_model_is_told_without_the_key(status, words, window):
    async with scripted([fails(status, words)]) as (server, extractor):
        with pytest.raises(Unavailable, match="cannot be asked") as raised:
            await extractor.extract(window)
    assert "sk-very-secret-key" not in str(raised.value)
    assert len(server.asked) == 1


async def test_a_request_the_server_refuses_is_not_repeated(window):
    async with scripted([fails(400, "That is too much.")]) as (server, extractor):
        with pytest.raises(PermanentError, match="refused the request"):
            await extractor.extract(window)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        "", "I cannot do that.", "{", '{"atoms": [{"title": "cut o', "[1, 2]", '{"items": []}', '{"atoms": 3}', "null",
        "[" * 100_000, '{"a":' * 100_000, "9" * 5_000, Reply(body=b'{"id": "x"}'), Reply(body=b'{"choices": []}'),
        Reply(body=b"<html>bad gateway</html>", headers={"content-type": "text/html"}),
    ],
)  # fmt: skip
async def test_an_answer_out_of_format_is_asked_for_again_and_counted(answer, window):
    bad = answer if isinstance(answer, Reply) else says(answer)
    async with scripted([bad, bad, GOOD]) as (server, extractor):
        extraction = await extractor.extract(window)
    assert len(extraction.atoms) == 1
    assert extraction.refused == {"answers_out_of_format": 2}
    assert "An earlier answer could not be used: " in server.asked[2].question
    assert extraction.tokens_used > 240
    assert window.meter.requests == 3


async def test_an_answer_that_stays_out_of_format_is_given_up_and_paid_for(window):
    async with scripted([says("No.")]) as (server, extractor):
        with pytest.raises(PermanentError, match=r"no usable answer in 3 attempts.*no JSON object"):
            await extractor.extract(window)
    assert (len(server.asked), window.meter.requests, window.meter.tokens) == (3, 3, 360)


async def test_an_answer_that_was_cut_by_its_limit_says_which(window):
    async with scripted([says('{"atoms": [', finish="length")]) as (server, extractor):
        with pytest.raises(PermanentError, match="ASSAY_LLM_OUTPUT_TOKENS"):
            await extractor.extract(window)
    assert len(server.asked) == 1


async def test_an_answer_without_end_is_not_read_to_its_end(window, monkeypatch):
    monkeypatch.setattr(http_client, "MAX_ANSWER_BYTES", 100_000)
    async with scripted([says("x" * 10_000_000)]) as (_, extractor):
        with pytest.raises(Unavailable):
            await extractor.extract(window)


@pytest.mark.filterwarnings("ignore:Failed to extract usage")
@pytest.mark.parametrize("tokens", [None, (0, 0), (-5, -5), (10**12, 10**12)])
async def test_a_server_that_counts_nonsense_is_estimated_or_bounded(tokens, window):
    async with scripted([says(found(atom()), tokens=tokens)]) as (_, extractor):
        extraction = await extractor.extract(window)
    assert 100 < extraction.tokens_used <= 2 * 10**9


async def test_a_cancelled_reading_leaves_the_server_at_once(window):
    async with scripted([SILENT]) as (server, extractor):
        reading = asyncio.create_task(extractor.extract(window))
        await until(lambda: server.asked)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await until(lambda: server.hung_up)
    assert window.meter.requests == 1
    assert window.meter.budget._set_aside == 0


async def test_requests_are_bounded_in_number_and_keep_the_server_busy(window):
    async with scripted([GOOD], assay_llm_concurrency=3) as (server, extractor):
        await asyncio.gather(*(extractor.extract(window) for _ in range(12)))
    assert server.most_at_once == 3
    assert len(server.asked) == 12


async def test_a_budget_is_never_overspent_and_says_what_is_left(window):
    budget = Budget(0.2, "The budget of this run")
    windows = [Window(window.messages, meter=UsageMeter(budget)) for _ in range(20)]
    async with scripted([says(NOTHING, tokens=(1_000, 5_000))]) as (server, extractor):
        ended = await asyncio.gather(*(extractor.extract(each) for each in windows), return_exceptions=True)
    spent = [each for each in ended if isinstance(each, BudgetSpent)]
    assert budget.spent == pytest.approx(0.051 * len(server.asked))
    assert len(server.asked) == 3 == len(ended) - len(spent)
    assert str(spent[0]).startswith("The budget of this run, 0.2 US dollars, is used up: 0.0470 are left")


async def test_no_test_can_ask_a_server_that_is_not_on_this_machine(window):
    async with scripted([], assay_llm_url="http://192.0.2.1/v1") as (_, extractor):
        with pytest.raises(Unavailable, match="switched off"):
            await extractor.extract(window)


@pytest.mark.parametrize("luck", [0.0, 1.0])
def test_pauses_grow_are_bounded_and_differ(luck):
    grown = [pause(failures, luck=luck) for failures in range(1, 9)]
    assert grown == sorted(grown)
    assert max(grown) == MAX_PAUSE_SECONDS * (0.5 + luck / 2)
    assert pause(1, luck=0) < pause(1, luck=1)
    assert 7 <= pause(3, 7.0, luck=luck) < 7.8


async def test_patience_waits_for_real_and_so_does_everybody_who_shares_it():
    backoff = Backoff()
    before = backoff.clock()
    failed, other = asyncio.create_task(backoff.after_failure(1, 0.05)), asyncio.create_task(backoff.wait())
    await asyncio.gather(failed, other)
    assert backoff.clock() - before >= 0.05
    await backoff.wait()  # for nothing any more
