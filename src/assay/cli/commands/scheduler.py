"""A scheduler of the jobs, as a process of its own."""

from assay.cli.output import say
from assay.cli.processes import serve, until_told_to_stop
from assay.queue.alerting import telling
from assay.queue.deps import Deps
from assay.queue.processes import connected_broker, scheduling


def scheduler() -> None:
    """Fire the schedules of the jobs until SIGTERM or Ctrl-C. Any number may run; each tick fires once."""

    async def schedule(deps: Deps, nats_url: str) -> None:
        async with (
            telling(deps, nats_url),
            connected_broker(deps, nats_url, "assay scheduler") as broker,
            scheduling(broker, deps),
        ):
            say("This scheduler starts the jobs on schedule (stop with Ctrl-C).")
            await until_told_to_stop()

    serve("scheduler", schedule)
