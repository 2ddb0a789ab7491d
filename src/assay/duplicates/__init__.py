"""Finding what says the same as something known or proposed earlier."""
