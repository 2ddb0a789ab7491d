"""Telling people outside that something is wrong, by webhook and by mail, from the audit log."""
