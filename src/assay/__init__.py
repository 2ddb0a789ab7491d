"""Assay: what machines extract from a team's messages is weighed before it becomes knowledge."""
