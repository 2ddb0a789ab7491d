"""All of the database in one file, and back: consistent while everything runs, checked, and encrypted on demand."""
