"""The policy by which the system decides alone, and its application."""
