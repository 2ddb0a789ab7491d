"""Passwords are slow to guess, and only the right one fits."""

import re
import subprocess
import sys

import pytest

from assay.accounts import passwords

pytestmark = pytest.mark.anyio
HASHES_ONE = "import asyncio; from assay.accounts import passwords; print(asyncio.run(passwords.hashed('a' * 12)))"


def test_a_guess_takes_64_mb_and_three_rounds():
    made = subprocess.run([sys.executable, "-c", HASHES_ONE], capture_output=True, text=True, check=True).stdout
    found = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$", made)
    assert found
    assert (int(found[1]), int(found[2])) >= (65_536, 3)


async def test_only_the_password_fits():
    made = await passwords.hashed("correct horse battery")
    assert await passwords.fits("correct horse battery", made)
    assert not await passwords.fits("correct horse batters", made)


async def test_where_there_is_no_password_none_fits():
    assert not await passwords.fits("nobody's password", None)
