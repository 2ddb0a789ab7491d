"""Errors told apart: what is tried again, and what people are told how loudly."""

import psycopg
import pytest
from nats.errors import ConnectionClosedError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from assay.db.engine import Database
from assay.errors import Conflict, InvalidInput, PermanentError, Unavailable
from assay.queue.failures import SystemicFailure, is_transient, may_retry, severity, systemic

AWAY = OperationalError("", {}, ValueError("away"))


@pytest.mark.parametrize(
    "error",
    [
        AWAY,
        InterfaceError("", {}, ValueError("closed")),
        OperationalError("", {}, psycopg.errors.DeadlockDetected()),
        OperationalError("", {}, psycopg.errors.DiskFull()),
        NoFreeConnection("The pool is used up."),
        ConnectionClosedError(),
        Unavailable("The model does not answer."),
        ConnectionRefusedError(),
        TimeoutError(),
    ],
    ids=repr,
)
def test_the_failure_of_a_server_is_transient(error):
    assert is_transient(error)
    assert may_retry(error)


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("", {}, psycopg.errors.ProgramLimitExceeded()),
        DBAPIError("", {}, psycopg.errors.ForeignKeyViolation()),
        InvalidInput("The title is empty."),
        Conflict("Decided already."),
        PermanentError("It can never succeed."),
        ValueError("corrupted"),
        KeyError("missing"),
    ],
    ids=repr,
)
def test_the_fault_of_the_data_is_not(error):
    assert not is_transient(error)


def test_only_what_can_never_succeed_is_not_tried_again():
    assert not may_retry(PermanentError("It can never succeed."))
    assert may_retry(ValueError("a defect that another process may not have"))


@pytest.mark.parametrize(
    ("error", "attempt", "attempts", "expected"),
    [
        (AWAY, 1, 4, "error"),
        (AWAY, 3, 4, "error"),
        (AWAY, 4, 4, "critical"),
        (ValueError("a defect"), 4, 4, "critical"),
        (AWAY, 1, 1, "error"),
        (SystemicFailure("All 2 items failed.", 2), 1, 4, "critical"),
        (SystemicFailure("All 1 items failed.", 1), 1, 4, "error"),
    ],
)
def test_critical_is_what_outlives_its_retries_or_strikes_every_item(error, attempt, attempts, expected):
    assert severity(error, attempt=attempt, attempts=attempts) == expected


@pytest.mark.parametrize(
    ("failed", "succeeded", "sentence"),
    [
        (0, 0, None),
        (0, 9, None),
        (1, 0, "1 item failed: It broke."),
        (2, 0, "All 2 items failed: It broke."),
        (2, 1, None),
        (3, 2, "3 of 5 items failed: It broke."),
        (3, 3, None),
        (12, 0, "All 12 items failed: It broke."),
    ],
)
def test_a_run_has_failed_when_all_or_most_of_what_it_attempted_failed(failed, succeeded, sentence):
    found = systemic(failed, succeeded, "It broke.")
    assert (str(found) if found else None) == sentence


@pytest.mark.anyio
async def test_a_database_that_is_really_away_is_transient():
    database = Database("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(OperationalError) as caught:
        async with database.transaction() as session:
            await session.execute(text("SELECT 1"))
    assert is_transient(caught.value)
    await database.close()
