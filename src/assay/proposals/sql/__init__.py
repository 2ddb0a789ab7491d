"""The set-based statements on proposals: each is one round trip for any number of them. Those that are raw say why."""
