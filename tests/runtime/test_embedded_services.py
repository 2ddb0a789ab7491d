"""Which servers a process gets: those that are set, and the embedded ones for what is not set."""

from pathlib import Path

import pytest

from assay.errors import Unavailable
from assay.runtime.services import services
from assay.settings import Settings

MINE = {"database_url": "postgresql://me@db/mine", "nats_url": "nats://mine:4222"}


def settings(home: Path, **given: str) -> Settings:
    return Settings.model_validate({"assay_home": home, "database_url": None, "nats_url": None} | given)


def test_nothing_is_started_when_both_are_set(tmp_path):
    home = tmp_path / "untouched"
    with services(settings(home, **MINE)) as found:
        assert (found.database_url, found.nats_url, found.owned) == (*MINE.values(), False)
    assert not home.exists()


def test_only_the_missing_server_is_started(tmp_path):
    with services(settings(tmp_path, database_url=MINE["database_url"])) as found:
        assert found.database_url == MINE["database_url"]
        assert found.nats_url.startswith("nats://")
        assert found.owned
    assert not list(tmp_path.glob("postgres*"))


def test_attaching_for_a_server_the_owner_does_not_run_says_what_to_set(tmp_path):
    with (
        services(settings(tmp_path, database_url=MINE["database_url"])),
        pytest.raises(Unavailable, match="was given its own DATABASE_URL: set DATABASE_URL here too"),
        services(settings(tmp_path)),
    ):
        pass


def test_the_servers_stop_with_the_block_also_when_it_fails(home, query):
    with pytest.raises(ZeroDivisionError), services(settings(home)) as found:
        1 / query(found.database_url, "SELECT 0")
    assert not (home / "services.json").exists()
    assert not (home / "postgres-18" / "postmaster.pid").exists()
