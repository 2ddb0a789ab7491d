"""From messages to knowledge in one go, for the demo and for measuring."""

from collections.abc import Callable, Sequence
from typing import Final

from assay.errors import AssayError
from assay.jobs import run
from assay.queue.deps import Deps
from assay.queue.run import RunResult

STEPS: Final[Sequence[tuple[str, str]]] = (
    ("extract_knowledge_from_messages", "Reading the messages"),
    ("deduplication_scan", "Looking for duplicates"),
    ("auto_review_proposals", "Approving what is sure"),
    ("expire_stale_proposals", "Expiring what is stale"),
    ("cleanup_orphaned_extractions", "Tidying up"),
    ("proposal_metrics_update", "Counting"),
)
UNTIL_APPROVED: Final = STEPS[:3]


async def run_pipeline(
    deps: Deps, tell: Callable[[str], None], steps: Sequence[tuple[str, str]] = STEPS
) -> list[RunResult]:
    """Runs the jobs in their order, each after another run of it has ended. Raises AssayError when one fails."""
    results = []
    for name, words in steps:
        tell(words)
        result = await run(name, deps, wait=True)
        if not result.ok:
            raise AssayError(f"The job {name} failed: {result.error}")
        results.append(result)
    return results
