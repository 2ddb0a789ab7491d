"""What cannot be worked off harms nobody else, is kept with its reason, and can be given back."""

import pytest
from tests.builders import rows

pytestmark = pytest.mark.anyio

DIED_BEFORE = """
    INSERT INTO job_runs (id, job, task_id, state, delivery)
    SELECT gen_random_uuid(), 'dying', :task, 'lost', n FROM generate_series(1, 4) n RETURNING id"""


async def test_poison_an_unknown_job_and_a_job_that_kills_its_process_are_dead_letters_that_can_be_given_back(engine):
    [killer] = await engine.order("dying")
    await rows(engine.database, DIED_BEFORE, task=killer.task_id)
    await _poisoned(engine, workers=2)


@pytest.mark.soak
async def test_a_job_that_kills_five_workers_is_a_dead_letter_and_the_sixth_lives(engine):
    await engine.order("dying")
    await _poisoned(engine, workers=6)
    assert await engine.states("dying") == ["lost"] * 5


async def _poisoned(engine, workers) -> None:
    await engine.put(b"\xff\x00 no order")
    await engine.order("of_the_new_version", "quick")
    await engine.workers(workers)
    wanted = {("", "unparseable"), ("of_the_new_version", "unknown_task"), ("dying", "crash_loop")}
    await engine.until(lambda: _are(engine, wanted))
    await engine.until(lambda: _is_well(engine, "quick"))  # if need be after it was lost beside the killer
    assert sorted(each.poll() for each in engine.processes if each.poll() is not None) == [-9] * (workers - 1)
    await _give_back(engine)


async def _give_back(engine) -> None:
    engine.stop()  # whoever is left of the old version would take the message again
    await engine.workers(1, PROBE_NEW="1")
    letters = engine.document("jobs", "dead", "list")["items"]
    [number] = [str(each["id"]) for each in letters if each["reason"] == "unknown_task"]
    assert "Put back" in engine.run("jobs", "dead", "replay", number).stdout
    assert "already been replayed" in engine.run("jobs", "dead", "replay", number).stdout
    await engine.until_history("of_the_new_version", ("ok", 1, 1))


async def _is_well(engine, job) -> bool:
    return bool((await engine.states(job))[-1:] == ["ok"])


async def _are(engine, wanted) -> bool:
    return bool(set(await engine.letters()) == wanted)
