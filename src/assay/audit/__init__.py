"""The trail of every change, which is at the same time the outbox of live events."""
