"""Deleting what a person said, or what was said in a channel."""

from dataclasses import asdict
from typing import Annotated, Final

from cyclopts import Parameter

from assay.audit.actor import Actor
from assay.cli.decide import Note
from assay.cli.output import Json, print_json, printable, say
from assay.cli.session import operator, with_database
from assay.db.engine import Database
from assay.extraction import erasure
from assay.extraction.erasure import Drawn, Erased, Whose

OTHERS_TOO: Final = (
    "What others support keeps its title and text, even where they only agreed and the words come from what is "
    "erased: --drawn all erases that too."
)

Author = Annotated[str | None, Parameter(help="Whose messages, by the name in the chat.")]
Channel = Annotated[str | None, Parameter(help="The channel whose messages to delete.")]
Source = Annotated[str | None, Parameter(help="Only from this source; default: all.")]
What = Annotated[
    Drawn, Parameter(help="What to delete of the knowledge drawn from them: what rests on nothing else, all, or none.")
]
Yes = Annotated[bool, Parameter(name="--yes", negative="", help="Do it; without this, only count.")]


def erase(
    *,
    author: Author = None,
    channel: Channel = None,
    source: Source = None,
    drawn: What = Drawn.ALONE,
    yes: Yes = False,
    note: Note = None,
    json: Json = False,
) -> None:
    """Delete what a person said, or what was said in a channel, and what rests on it. It cannot be undone."""
    whose = Whose(author, channel, source)

    async def act(database: Database) -> Erased:
        if yes:
            return await _all(database, whose, drawn, await operator(database), note)
        async with database.transaction() as session:
            return await erasure.preview(session, whose, drawn=drawn)

    found = with_database(act)
    if json:
        print_json({"erased": yes, **asdict(found)})
        return
    if not found.messages:
        say(f"Nothing to erase: there is no message {_of(whose)}. Names must be exactly as in the chat.")
        return
    stay = f"{_count(found.kept, 'proposals')} {'loses' if found.kept == 1 else 'lose'} quotes and "
    stay += "stays" if found.kept == 1 else "stay"
    say(f"{'Erased' if yes else 'It would erase'}: {_words(found)}. {stay}.")
    if found.kept and drawn is Drawn.ALONE:
        say(OTHERS_TOO)
    if not yes:
        say("Nothing is erased yet. To do it: the same command with --yes. It cannot be undone.")


async def _all(database: Database, whose: Whose, drawn: Drawn, actor: Actor, notes: str | None) -> Erased:
    """Portion by portion. What a kill leaves, the same command goes on with."""
    total = Erased()
    while True:
        async with database.transaction() as session:
            portion = await erasure.erase(session, whose, drawn=drawn, actor=actor, notes=notes)
        if not portion.messages:
            return total
        total += portion


def _words(found: Erased) -> str:
    parts = asdict(found)
    return ", ".join(_count(parts[name], name) for name in ("messages", "quotes", "proposals", "topics", "atoms"))


def _count(number: int, plural: str) -> str:
    return f"{number:,} {plural.removesuffix('s') if number == 1 else plural}"


def _of(whose: Whose) -> str:
    said = (("by", whose.author), ("in channel", whose.channel), ("from source", whose.source))
    return " ".join(f"{word} {printable(name)!r}" for word, name in said if name)
