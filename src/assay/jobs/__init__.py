"""The background jobs: a page each, over one runner."""
