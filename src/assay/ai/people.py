"""Who is who: one person under several spellings of a name has one voice."""

from assay.kinds import folded


def person_key(name: str) -> str:
    """What different spellings of one person's name have in common. Errs towards the same person."""
    return folded(name).strip("_`")
