"""Whether the records agree with each other: every invariant in words, checked in the database, read only."""
