"""The statements behind the search for duplicates. Those that are raw say why."""
