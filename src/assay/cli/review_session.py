"""Reviewing at a terminal: one proposal at a time, one key a decision, and a way back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.accounts.identity import SCOPES_OF, Identity
from assay.ai.factory import embedding_model
from assay.audit.actor import Actor
from assay.cli.keys import END, Keys
from assay.cli.merge import target_of
from assay.cli.output import say
from assay.cli.review_screen import show
from assay.clock import now
from assay.db.engine import Database
from assay.db.models import Role
from assay.duplicates.dismiss import not_duplicate
from assay.errors import AssayError, InvalidInput
from assay.extraction.confidence import weighed
from assay.proposals import actions, notes, queries, reservations, seen_versions
from assay.proposals.edit import edit
from assay.proposals.lists.filters import Filter
from assay.proposals.merge import actions as merging
from assay.proposals.outcomes import Outcome
from assay.proposals.snooze import snooze
from assay.settings import Settings
from assay.web.views import review_queue
from assay.web.views.review_queue import QueueSort
from assay.web.views.screen import ReviewScreen
from assay.web.views.screen_contents import screen

HELP: Final = (
    "a approve  r reject  R reject with a reason  m merge  e edit, then approve  s put off  n note  "
    "d not the same  z undo  j next  k back  ? keys  q quit"
)
PAGE: Final = 50
DAYS: Final = {"h": 1 / 24, "d": 1, "w": 7}
Act = Callable[[AsyncSession], Awaitable[list[Outcome]]]
Undo = Callable[[AsyncSession, UUID], Awaitable[list[Outcome]]]


@dataclass
class ReviewSession:
    """What is open, what was passed, and what can be undone."""

    database: Database
    settings: Settings
    actor: Actor
    wanted: Filter
    sort: QueueSort
    keys: Keys
    ids: list[UUID] = field(default_factory=list)
    at: int = 0
    after: str | None = None
    """Where the queue goes on behind those that were read from it."""
    total: int = 0
    decided: int = 0
    past: list[tuple[UUID, Undo]] = field(default_factory=list)

    async def run(self) -> int:
        """Until the queue is empty or somebody quits; how many were decided."""
        await self._more()
        if not self.ids:
            say("Nothing waits that fits.")
        elif self.keys.is_terminal:
            say(HELP, style="dim")
        while self.at < len(self.ids):
            shown = await self._shown()
            key = await self.keys.press()
            if key in {"q", END}:
                break
            try:
                await self._pressed(key, shown)
            except AssayError as refused:
                say(str(refused), style="red")
            if self.at >= len(self.ids):
                await self._more()
        await self._let_go()
        say(f"{self.decided} decided.", style="dim")
        return self.decided

    async def _more(self) -> None:
        if self.ids and self.after is None:
            return
        async with self.database.transaction() as session:
            found, self.after = await review_queue.ordered(
                session, self.wanted, sort=self.sort, after=self.after, limit=PAGE, settings=self.settings
            )
        self.ids += [each for each in found if each not in set(self.ids)]

    async def _shown(self) -> ReviewScreen:
        """Draws the open one, and tells others that it is read here."""
        identity = Identity(self.actor, Role.ADMIN, SCOPES_OF[Role.ADMIN], "", by_session=False, expires_at=None)
        async with self.database.transaction() as session:
            proposal = await queries.get(session, self.ids[self.at])
            shown = await screen(session, proposal, self.settings, identity)
            await reservations.reserve(session, proposal.id, actor=self.actor)
            await seen_versions.mark(session, proposal, proposal.version, actor=self.actor)
        if shown.claim and shown.claim.user_id == self.actor.user_id:
            shown.claim = None
        more = "+" if self.after else ""
        show(shown, f"{self.at + 1} of {len(self.ids)}{more}")
        return shown

    async def _let_go(self) -> None:
        async with self.database.transaction() as session:
            for each in self.ids[self.at : self.at + 1]:
                await reservations.release(session, each, actor=self.actor)

    async def _move(self, by: int) -> None:
        await self._let_go()
        self.at = max(0, self.at + by)

    async def _pressed(self, key: str, shown: ReviewScreen) -> None:
        acts = {
            "a": self._approve,
            "r": self._reject,
            "R": self._reject_with_reason,
            "m": self._merge,
            "e": self._edit,
            "s": self._snooze,
            "n": self._note,
            "d": self._not_the_same,
        }
        moves = {"j": 1, " ": 1, "k": -1}
        if key in acts:
            await acts[key](shown)
        elif key in moves:
            await self._move(moves[key])
        elif key == "z":
            await self._undo()
        else:
            say(HELP, style="dim")

    async def _decide(self, shown: ReviewScreen, act: Act, undo: Undo) -> None:
        """Carries it out and goes on; a refusal is said, and the item stays."""
        async with self.database.transaction() as session:
            outcomes = await act(session)
        own = [each for each in outcomes if each.id == shown.proposal.id]
        say("; ".join(each.message for each in own), style="" if all(each.done for each in own) else "red")
        if all(each.done for each in own):
            self.past.append((shown.proposal.id, undo))
            self.decided += 1
            await self._move(1)

    async def _approve(self, shown: ReviewScreen) -> None:
        def act(session: AsyncSession) -> Awaitable[list[Outcome]]:
            versions = {shown.proposal.id: shown.proposal.version}
            return actions.approve(session, list(versions), actor=self.actor, versions=versions, with_topics=True)

        await self._decide(shown, act, self._revert)

    async def _reject_with_reason(self, shown: ReviewScreen) -> None:
        await self._reject(shown, await self.keys.line("Reason:"))

    async def _reject(self, shown: ReviewScreen, reason: str = "") -> None:
        def act(session: AsyncSession) -> Awaitable[list[Outcome]]:
            versions = {shown.proposal.id: shown.proposal.version}
            return actions.reject(session, list(versions), actor=self.actor, notes=reason or None, versions=versions)

        await self._decide(shown, act, self._reopen)

    async def _merge(self, shown: ReviewScreen) -> None:
        for number, each in enumerate(shown.candidates[:5], 1):
            say(f"  {number}  {each.title}", style="dim")
        typed = await self.keys.line("Merge into (1 to 5, or an id; Enter leaves it):")
        if not typed:
            return

        async def act(session: AsyncSession) -> list[Outcome]:
            target = await target_of(session, shown.proposal.id, typed)
            versions = {shown.proposal.id: shown.proposal.version}
            return await merging.merge(session, {shown.proposal.id: target}, actor=self.actor, versions=versions)

        await self._decide(shown, act, self._revert)

    async def _edit(self, shown: ReviewScreen) -> None:
        """Asks for other words, saves them, and approves. An empty answer keeps what there is."""
        title = await self.keys.line(f"Title (Enter keeps “{shown.title}”):")
        body = await self.keys.line("Text (Enter keeps it):")
        changes = {name: words for name, words in (("title", title), ("body", body)) if words}
        if not changes:
            return
        async with self.database.transaction() as session:
            versions = {shown.proposal.id: shown.proposal.version}
            await edit(session, {shown.proposal.id: changes}, weigh=weighed, actor=self.actor, versions=versions)
        await self._approve(await self._shown())

    async def _snooze(self, shown: ReviewScreen) -> None:
        typed = await self.keys.line("Put off for (2h, 1d, 3w; Enter: 1d):") or "1d"
        if typed[-1] not in DAYS or not typed[:-1].isdecimal():
            raise InvalidInput(f"{typed!r} is not a duration: use 2h, 1d or 3w.")
        until = now() + timedelta(days=int(typed[:-1]) * DAYS[typed[-1]])

        def act(session: AsyncSession) -> Awaitable[list[Outcome]]:
            return snooze(session, [shown.proposal.id], until, actor=self.actor)

        await self._decide(shown, act, self._call_back)

    async def _note(self, shown: ReviewScreen) -> None:
        if words := await self.keys.line("Note:"):
            async with self.database.transaction() as session:
                proposal = await queries.get(session, shown.proposal.id)
                await notes.add(session, proposal, words, actor=self.actor)

    async def _not_the_same(self, shown: ReviewScreen) -> None:
        async with self.database.transaction() as session:
            outcomes = await not_duplicate(
                session,
                {shown.proposal.id: shown.match.other.id if shown.match else None},
                model=embedding_model(self.settings),
                threshold=self.settings.knowledge_dedup_similarity_threshold,
                actor=self.actor,
            )
        say(outcomes[0].message, style="" if outcomes[0].done else "red")

    async def _undo(self) -> None:
        """Takes the last decision back and opens what it was about."""
        if not self.past:
            raise InvalidInput("There is nothing to undo.")
        proposal_id, undo = self.past.pop()
        async with self.database.transaction() as session:
            outcome = next(each for each in await undo(session, proposal_id) if each.id == proposal_id)
        say(outcome.message, style="" if outcome.done else "red")
        await self._let_go()
        if outcome.done:
            self.decided -= 1
            self.at = self.ids.index(proposal_id)

    async def _revert(self, session: AsyncSession, proposal_id: UUID) -> list[Outcome]:
        return await actions.revert(session, [proposal_id], actor=self.actor)

    async def _reopen(self, session: AsyncSession, proposal_id: UUID) -> list[Outcome]:
        return await actions.reopen(session, [proposal_id], actor=self.actor)

    async def _call_back(self, session: AsyncSession, proposal_id: UUID) -> list[Outcome]:
        return await snooze(session, [proposal_id], None, actor=self.actor)
