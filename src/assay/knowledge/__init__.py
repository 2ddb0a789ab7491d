"""Approved knowledge."""
