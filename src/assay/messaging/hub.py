"""From the broker to the clients of this process: each gets every event of its channels once and in order."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol

import structlog
from nats.aio.client import Client as NatsClient
from nats.aio.msg import Msg

from assay.background_tasks import background, is_cancelled
from assay.clock import now
from assay.db.engine import UNREACHABLE, Database, first_line
from assay.db.notifications import listening
from assay.errors import Gone, Unavailable
from assay.messaging import outbox
from assay.messaging.outbox import Frame
from assay.messaging.reconnect import FAULTS, Connected, reconnecting
from assay.messaging.relay import subject_of

log = structlog.get_logger(__name__)

PAGE: Final = 1000
MAX_ARRIVED: Final = 10_000
"""Events that wait for the hub. What arrives beyond them is read from the outbox in its turn."""
SILENCE_SECONDS: Final = 1.0
"""How long an event that was committed may take to arrive. Then the outbox is asked for it: the broker may be away, or
the relay may have died."""
SWEEP_SECONDS: Final = 15.0
"""How long it waits at most for an event that nobody told it of."""
START_SECONDS: Final = 5.0
ROUND_TRIP_SECONDS: Final = 2
REST_PER_WORK: Final = 2
"""The hub rests twice as long as it worked: the rest of the process keeps two thirds of its time under any load,
and what arrives meanwhile goes out in one write."""


@dataclass(slots=True)
class Batch:
    """Events on their way to clients of the same channels."""

    frames: Sequence[Frame]
    _encoded: dict[Hashable, bytes] = field(default_factory=dict)

    def encoded(self, encode: Callable[[Frame], bytes]) -> bytes:
        """All of them in the wire format that `encode` knows. Made once for all clients."""
        if encode not in self._encoded:
            self._encoded[encode] = b"".join(encode(each) for each in self.frames)
        return self._encoded[encode]


class Listener(Protocol):
    """One who listens."""

    @property
    def channels(self) -> frozenset[str]: ...

    def offer(self, batch: Batch) -> bool:
        """Takes the events without waiting. False when it is too far behind."""

    def drop(self) -> None:
        """Ends it, because it is too far behind. It may come back and ask for what it missed."""

    def close(self) -> None:
        """Ends it, because the process ends."""


@dataclass(slots=True)
class Figures:
    """What the hub has done since it began."""

    delivered: int = 0
    dropped: int = 0
    refilled: int = 0


class Hub:
    """One subscription for all clients of a process."""

    def __init__(self, database: Database, nats_url: str, *, observe: Callable[[float], None] | None = None) -> None:
        """`observe` is told, for each event, the seconds from the change to the clients."""
        self.clients: set[Listener] = set()
        self.figures = Figures()
        self.position = 0
        """The id of the newest event that the clients were given."""
        self._database = database
        self._nats_url = nats_url
        self._observe = observe or (lambda _seconds: None)
        self._begun = asyncio.Event()
        self._ending = asyncio.Event()
        self._connected: Connected = lambda: None
        self._arrived: dict[int, Frame] = {}
        self._arrival = asyncio.Event()
        self._expects = False
        """The database told of an event that has not come yet."""
        self._stir = asyncio.Event()
        """Set with the one or the other."""

    @property
    def begun(self) -> bool:
        """It knows its position."""
        return self._begun.is_set()

    async def run(self) -> None:
        """Serves the clients until it is closed. Without the broker they are served too, a second later at most."""
        clock = asyncio.get_running_loop().time
        subject = await self._begin()
        subscribe = partial(self._subscribe, subject=subject)
        async with (
            background(self._heed_commits()),
            reconnecting(self._nats_url, "assay hub", subscribe) as self._connected,
        ):
            while not self._ending.is_set():
                frames = await self._next()
                started = clock()
                self._deliver(frames)
                await asyncio.sleep(REST_PER_WORK * (clock() - started))

    async def round_trip(self) -> float | None:
        """Seconds for a question to the broker and back; None while it is away."""
        if (client := self._connected()) is None:
            return None
        clock = asyncio.get_running_loop().time
        asked = clock()
        with contextlib.suppress(*FAULTS):
            await client.flush(ROUND_TRIP_SECONDS)
            return clock() - asked
        return None

    async def start(self, since: int | None) -> int:
        """Where a client begins that has everything up to `since`, or wants only what comes.

        Raises Unavailable while the hub cannot serve, and Gone where not all of the events after it are kept.
        """
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._begun.wait()
                if since is None:
                    return self.position
                await self._require_kept(since)
                while self.position < since:  # the client comes from a process that was a little faster
                    self._arrive()
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise Unavailable("Live events are unavailable at the moment: the database does not answer.") from None
        return since

    async def missed(self, client: Listener, start: int) -> AsyncIterator[Batch]:
        """The events after `start` that have been, in pages. At the end of them the client gets what comes."""
        at = start
        while at < self.position:
            until = self.position
            async with self._database.transaction() as session:
                frames = await outbox.published(session, after=at, until=until, channels=client.channels, limit=PAGE)
            if frames:
                yield Batch(frames)
            at = frames[-1].id if len(frames) == PAGE else until
        self.clients.add(client)  # without a pause since the look at the position, so that nothing falls in between
        if self._ending.is_set():
            client.close()

    def close(self) -> None:
        """Ends every client, and those that still come."""
        self._ending.set()
        self._arrive()
        for client in [*self.clients]:
            client.close()

    async def _begin(self) -> str:
        """Takes its position at the newest event; waits for the database where it must."""
        subject = ""
        while not (self.begun or self._ending.is_set()):
            try:
                async with self._database.transaction() as session:
                    subject = subject_of(await outbox.identity(session))
                    _, self.position = await outbox.bounds(session)
            except UNREACHABLE as error:
                await self._rest(error)
            else:
                self._begun.set()
        return subject

    async def _require_kept(self, since: int) -> None:
        async with self._database.transaction() as session:
            oldest, newest = await outbox.bounds(session)
        if since > newest:
            raise Gone(
                f"There is no event {since}: the newest is {newest}. Load everything again and start without since."
            )
        if since < oldest - 1:
            raise Gone(f"Events before {oldest} are no longer kept. Load everything again and start without since.")

    async def _subscribe(self, client: NatsClient, subject: str) -> None:
        async def arrived(message: Msg) -> None:
            if len(self._arrived) < MAX_ARRIVED:
                frame = Frame.read(message.data)
                self._arrived[frame.id] = frame
            self._arrive()

        await client.subscribe(subject, cb=arrived)

    def _arrive(self) -> None:
        self._arrival.set()
        self._stir.set()

    async def _heed_commits(self) -> None:
        """Expects an event whenever the database tells of one, and whenever it may have done so unheard."""
        while not is_cancelled():
            try:
                async with listening(self._database.engine, outbox.NOTIFICATIONS) as wait:
                    told = True  # until now it may have been told unheard
                    while not is_cancelled():
                        if told:
                            self._expects = True
                            self._stir.set()
                        told = await wait(SWEEP_SECONDS)
            except UNREACHABLE:
                await asyncio.sleep(SILENCE_SECONDS)

    async def _next(self) -> list[Frame]:
        """Waits for the next events: those that arrived where they follow without a gap, else those of the outbox."""
        if not self._expects:
            await _within(SWEEP_SECONDS, self._stir)
        if not self._arrival.is_set() and self._expects:
            await _within(SILENCE_SECONDS, self._arrival)
        self._arrival.clear()
        self._stir.clear()
        arrived, self._arrived = self._arrived, {}
        ids = sorted(each for each in arrived if each > self.position)
        if ids and ids[-1] == self.position + len(ids):
            return [arrived[each] for each in ids]
        return await self._refill()

    async def _refill(self) -> list[Frame]:
        try:
            async with self._database.transaction() as session:
                frames = await outbox.published(session, after=self.position, limit=PAGE)
                self._expects = await outbox.is_behind(session)
        except UNREACHABLE as error:
            await self._rest(error)
            return []
        self.figures.refilled += len(frames)
        if len(frames) == PAGE:
            self._arrive()
        return frames

    async def _rest(self, error: Exception) -> None:
        log.warning("hub_waits_for_database", error=first_line(error))
        await _within(SILENCE_SECONDS, self._ending)

    def _deliver(self, frames: Sequence[Frame]) -> None:
        if not frames:
            return
        self.position = frames[-1].id
        groups: defaultdict[frozenset[str], list[Listener]] = defaultdict(list)
        for client in self.clients:
            groups[client.channels].append(client)
        for channels, clients in groups.items():
            batch = Batch([frame for frame in frames if frame.channel in channels])
            if batch.frames:
                self._offer(batch, clients)
        at = now()
        for frame in frames:
            self._observe((at - frame.at).total_seconds())

    def _offer(self, batch: Batch, clients: Sequence[Listener]) -> None:
        for client in clients:
            if client.offer(batch):
                self.figures.delivered += len(batch.frames)
            else:
                self.figures.dropped += 1
                self.clients.discard(client)
                client.drop()


async def _within(seconds: float, event: asyncio.Event) -> None:
    """Waits for the event, but no longer than that."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
