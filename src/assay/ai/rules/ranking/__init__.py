"""Proposals for people: pieces of a talk, ranked by how probably somebody wants to keep them."""
