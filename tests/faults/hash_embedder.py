"""Assay itself, with vectors that need no model: `python -m tests.faults.hash_embedder worker`, or another command."""

import sys

from assay.ai.fakes import HashEmbedder
from assay.cli.app import main
from assay.queue import deps

if __name__ == "__main__":
    deps.OfflineEmbedder = HashEmbedder  # type: ignore[assignment,attr-defined]
    main(sys.argv[1:])
