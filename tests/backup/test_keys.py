"""Who has the key reads it, and nobody else does."""

from io import BytesIO

import pytest

from assay.backup import keys
from assay.errors import InvalidInput

WORDS = b"what the team said " * 10_000


class Full:
    def write(self, _):
        raise OSError(28, "No space left on device")

    def flush(self):
        pass


@pytest.fixture
def key(tmp_path):
    keys.generate(tmp_path / "key")
    return tmp_path / "key"


def sealed(key):
    sink = BytesIO()
    keys.encrypt(BytesIO(WORDS), sink, key)
    return BytesIO(sink.getvalue())


def test_a_key_is_private_and_never_overwritten(key):
    assert key.stat().st_mode & 0o777 == 0o600
    with pytest.raises(InvalidInput, match="is there already"):
        keys.generate(key)


def test_the_public_part_seals_and_the_secret_one_opens(key, tmp_path):
    [public] = [each for each in key.read_text().splitlines() if "public key" in each]
    (tmp_path / "public").write_text(public.split()[-1])
    body, sink = sealed(tmp_path / "public"), BytesIO()
    assert WORDS[:20] not in body.getvalue()
    keys.decrypt(body, sink, key)
    assert sink.getvalue() == WORDS
    with pytest.raises(InvalidInput, match="no secret key"):
        keys.check_secret(tmp_path / "public")


def test_another_key_does_not_open_it(key, tmp_path):
    keys.generate(tmp_path / "other")
    with pytest.raises(InvalidInput, match="is not the one"):
        keys.decrypt(sealed(key), BytesIO(), tmp_path / "other")


def test_a_sink_that_is_full_is_not_taken_for_a_wrong_key(key):
    with pytest.raises(OSError, match="No space"):
        keys.encrypt(BytesIO(WORDS), Full(), key)
    with pytest.raises(OSError, match="No space"):
        keys.decrypt(sealed(key), Full(), key)


@pytest.mark.parametrize("words", ["", "a password", "AGE-SECRET-KEY-1WRONG", "age1wrong"])
def test_what_is_no_key_is_refused(tmp_path, words):
    (tmp_path / "key").write_text(words)
    with pytest.raises(InvalidInput, match=r"holds (no key|a key that is damaged)"):
        keys.check_public(tmp_path / "key")


def test_a_key_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InvalidInput, match="cannot be read"):
        keys.check_secret(tmp_path / "none")
