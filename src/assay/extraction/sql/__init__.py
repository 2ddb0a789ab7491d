"""The statements on messages and runs. Those that are raw say why; each is one round trip for any number of rows."""
