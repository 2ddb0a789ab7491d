"""Out again: everything as records that come back without a loss, and knowledge in forms that other programs read."""
