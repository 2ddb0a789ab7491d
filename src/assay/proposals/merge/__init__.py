"""Merging proposals and entities into entities, and taking that back."""
