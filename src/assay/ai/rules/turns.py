"""What one author says in one go, where it stands in the chat, and whom it answers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, NamedTuple
from uuid import UUID

from assay.ai import bots
from assay.ai.conversations import SECONDS_WITHIN_A_CONVERSATION, Place
from assay.ai.extractor import Message
from assay.ai.rules import safety
from assay.ai.rules.lexicon import alternatives, opening
from assay.ai.rules.meeting import Directive, directive_of
from assay.text.authors import author_key
from assay.text.markup import Cleaned, called, cleaned

SECONDS_WITHIN_A_TURN: Final = 90
TURNS_TO_A_ROOT: Final = 60
SECONDS_TO_ANSWER_UNADDRESSED: Final = 10 * 60
MAX_CHARACTERS: Final = 700
READABLE: Final = re.compile(r"[^\W\d_]{2}")
AGREEING: Final = opening("consent", "agreeing")
DISSENTING: Final = opening("objection", "dissenting")
DISAPPROVING: Final = re.compile(alternatives("objection", "disapproving"))
RESERVED: Final = re.compile(rf"\b{alternatives('objection', 'reservations')}\b|\?", re.IGNORECASE)


class Part(NamedTuple):
    """What one message gives to a turn."""

    message: Message
    text: str


@dataclass(slots=True, eq=False)
class Turn:
    index: int
    author: str
    conversation: int
    """Turns of one channel and thread without a long silence between them."""
    began: float
    ended: float
    parts: list[Part]
    addressed: frozenset[str]
    directive: Directive | None
    replies_to: "Turn | None" = None

    @property
    def text(self) -> str:
        return "\n".join(part.text for part in self.parts)

    @property
    def edited(self) -> bool:
        """What others said to it may be about earlier words."""
        return any(part.message.edited for part in self.parts)

    @property
    def agrees(self) -> bool:
        """True for words of plain consent, without a "but"."""
        first = self.parts[0]
        opening_words = first.text or first.message.text
        return AGREEING.match(opening_words[:200]) is not None and RESERVED.search(self.text[:400]) is None


@dataclass(slots=True)
class Chat:
    """A window of messages as people read it."""

    people: frozenset[str]
    human_messages: int = 0
    withheld: list[UUID] = field(default_factory=list)
    """Messages that give orders to machines."""
    turns: list[Turn] = field(default_factory=list)
    conversations: list[list[Turn]] = field(default_factory=list)
    _places: dict[int, int] = field(default_factory=dict, init=False)
    _threads: dict[int, int] = field(default_factory=dict, init=False)
    """First turn of a thread, which stands in the channel, to the conversation of its replies."""
    _turns_of_messages: dict[str, Turn] = field(default_factory=dict, init=False)

    def after(self, turn: Turn, most: int, seconds: float) -> Iterable[Turn]:
        """What is said next: first in the thread below the turn, then in its own conversation."""
        below = self.conversations[self._threads[turn.index]] if turn.index in self._threads else []
        beside = self.conversations[turn.conversation][self._places[turn.index] + 1 :][:most]
        return (later for later in (*below[:most], *beside) if later.began - turn.ended <= seconds)

    def distance(self, turn: Turn, later: Turn) -> int | None:
        """How many turns after it something is said in the same conversation, or in the thread below it."""
        if later.conversation == turn.conversation:
            return self._places[later.index] - self._places[turn.index]
        return self._places[later.index] + 1 if later.conversation == self._threads.get(turn.index) else None

    def add(self, turn: Turn) -> None:
        self.turns.append(turn)
        if turn.conversation == len(self.conversations):
            self.conversations.append([])
        self._places[turn.index] = len(self.conversations[turn.conversation])
        self.conversations[turn.conversation].append(turn)

    def turn_of(self, message_id: str | None) -> Turn | None:
        return self._turns_of_messages.get(message_id or "")

    def remember(self, turn: Turn, message: Message) -> None:
        self._turns_of_messages[str(message.id)] = turn

    def begin_thread(self, root: Turn, reply: Turn) -> None:
        self._threads.setdefault(root.index, reply.conversation)


def same_person(one: Turn, other: Turn) -> bool:
    """True for all accounts of one person: nobody agrees with himself."""
    return author_key(one.author) == author_key(other.author)


def read_chat(messages: Sequence[Message]) -> Chat:
    """The turns of the people in a window; machines and orders to machines stay outside."""
    chat = Chat(frozenset[str]().union(*(called(author) for author in {message.author for message in messages})))
    robots = bots.bot_authors(messages)
    latest: dict[Place, Turn] = {}
    for message in messages:
        if message.author in robots or bots.is_bot_line(message.text):
            continue
        chat.human_messages += 1
        said = cleaned(message.text, chat.people)
        if safety.gives_orders_to_the_reader(said.text):
            chat.withheld.append(message.id)
        elif _worth_reading(message, said):
            place = (message.source, message.channel, message.thread)
            latest[place] = _take(chat, message, said, latest)
            chat.remember(latest[place], message)
    return chat


def _worth_reading(message: Message, said: Cleaned) -> bool:
    return READABLE.search(said.text) is not None or any(
        short.match(text[:40]) for short in (AGREEING, DISSENTING, DISAPPROVING) for text in (said.text, message.text)
    )


def _take(chat: Chat, message: Message, said: Cleaned, latest: Mapping[Place, Turn]) -> Turn:
    """The turn this message belongs to: the one before it, or a new one."""
    before = latest.get((message.source, message.channel, message.thread))
    if before and _goes_on(before, message, said):
        before.parts.append(Part(message, said.text))
        before.ended = max(before.ended, message.sent_at.timestamp())
        before.addressed |= said.addressed
        return before
    turn = _new_turn(chat, message, said, before)
    chat.add(turn)
    root = _root(chat, turn, message) if message.thread and before is None else None
    if root:
        chat.begin_thread(root, turn)
    turn.replies_to = root or _answered(chat, turn)
    return turn


def _new_turn(chat: Chat, message: Message, said: Cleaned, before: Turn | None) -> Turn:
    sent = message.sent_at.timestamp()
    return Turn(
        index=len(chat.turns),
        author=message.author,
        conversation=_conversation(chat, before, message, sent),
        began=sent,
        ended=sent,
        parts=[Part(message, said.text)],
        addressed=said.addressed,
        directive=directive_of(said.text),
    )


def _goes_on(before: Turn, message: Message, said: Cleaned) -> bool:
    return (
        before.author == message.author
        and before.directive is None
        and message.sent_at.timestamp() - before.ended <= SECONDS_WITHIN_A_TURN
        and (not said.addressed or said.addressed == before.addressed)
        and sum(len(part.text) for part in before.parts) < MAX_CHARACTERS
        and AGREEING.match(said.text) is None
        and directive_of(said.text) is None
    )


def _conversation(chat: Chat, before: Turn | None, message: Message, sent: float) -> int:
    """The running one; a thread stays one conversation however slow it is."""
    if before is None or (message.thread is None and sent - before.ended > SECONDS_WITHIN_A_CONVERSATION):
        return len(chat.conversations)
    return before.conversation


def _root(chat: Chat, reply: Turn, message: Message) -> Turn | None:
    """The turn in the channel below which a thread began: by id, else the last one of another person."""
    if root := chat.turn_of(message.thread):
        return root
    recent = islice(reversed(chat.turns), 1, TURNS_TO_A_ROOT)
    return next((turn for turn in recent if _may_be_root(turn, reply, message.channel)), None)


def _may_be_root(turn: Turn, reply: Turn, channel: str) -> bool:
    first = turn.parts[0].message
    if first.channel != channel or first.thread is not None or same_person(turn, reply):
        return False
    return not reply.addressed or bool(called(turn.author) & reply.addressed)


def _answered(chat: Chat, turn: Turn) -> Turn | None:
    """The turn this one answers: the last one of whom it addresses, else the one just before it."""
    recent = chat.conversations[turn.conversation][-40:-1]
    others = [earlier for earlier in reversed(recent) if not same_person(earlier, turn)]
    if turn.addressed:
        return next((earlier for earlier in others if called(earlier.author) & turn.addressed), None)
    back = next((earlier for earlier in others if called(turn.author) & earlier.addressed), None)
    near = [earlier for earlier in (back, *others[:1]) if earlier]
    return next((t for t in near if turn.began - t.ended <= SECONDS_TO_ANSWER_UNADDRESSED), None)
