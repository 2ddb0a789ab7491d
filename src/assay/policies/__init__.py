"""The rules that people set for the machine: versioned, audited, in force without a restart."""
