"""The commands, each in the file called as it is typed: `assay proposals groups` is in `proposals_groups.py`."""
