"""A worker of the job queue, as a process of its own."""

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from assay.background_tasks import background
from assay.cli.output import say
from assay.cli.processes import Drain, serve, until_told_to_stop
from assay.messaging.relay import relay
from assay.queue.alerting import telling
from assay.queue.deps import Deps
from assay.queue.processes import CONCURRENCY, DRAIN_SECONDS, connected_broker, working

Concurrency = Annotated[
    int, Parameter(help="Number of jobs that run at the same time.", validator=Number(gte=1, lte=64))
]


def worker(*, concurrency: Concurrency = CONCURRENCY, drain: Drain = DRAIN_SECONDS) -> None:
    """Run jobs from the queue until SIGTERM or Ctrl-C; a second one cuts the wait for running jobs short."""

    async def work(deps: Deps, nats_url: str) -> None:
        async with (
            telling(deps, nats_url),
            connected_broker(deps, nats_url, "assay worker") as broker,
            working(broker, deps, concurrency=concurrency, drain=drain) as receiver,
            background(relay(deps.database, nats_url)),
        ):
            say("This worker takes jobs from the queue (stop with Ctrl-C).")
            await until_told_to_stop(receiver)

    serve("worker", work)
