"""What an invariant is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invariant:
    """Something that is true of the records at every commit."""

    name: str
    """For programs: two or three words with hyphens."""
    sentence: str
    """For people: what always holds."""
    broken: str
    """A query for the records of which it does not hold: an `id`, and `why` in words, one row each."""
    repair: str | None = None
    """A statement that derives anew what can be derived, and returns a row for each record that it wrote."""
