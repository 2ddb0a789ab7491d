"""Uploaded exports: received in pieces, looked at, and brought in while nobody holds a request open."""
