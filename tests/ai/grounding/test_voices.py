"""Whether two names may be one person's."""

import pytest

from assay.ai.grounding.voices import may_be_one


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mira Kern", "M. Kern"),
        ("Mira Kern", "kern.mira"),
        ("Mira Kern", "Mira"),
        ("J. Smith", "jane"),
        ("tom", "tom2"),
    ],
)
def test_they_may(one, other):
    assert may_be_one(one, other)


@pytest.mark.parametrize(("one", "other"), [("Tom Miller", "Tom Smith"), ("wren s", "sunniva"), ("Rosa L.", "Lukas")])
def test_they_may_not(one, other):
    assert not may_be_one(one, other)
