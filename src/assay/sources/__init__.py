"""Where messages come from: who may write there, and whether the machine may believe it."""
