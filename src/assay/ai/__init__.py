"""The model boundary: what turns text into vectors and messages into drafts. Knows no database."""
