"""Proposals by filter and order, page by page."""
