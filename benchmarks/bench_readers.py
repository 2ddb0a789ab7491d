"""Reading exports: the bare parser as the limit, our readers, and our import with the database."""

import json
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import ijson

from assay.audit.actor import SYSTEM
from assay.db.base import new_id
from assay.db.engine import Database
from assay.extraction import actions
from assay.extraction.portions import portions
from assay.readers.reading import reading
from assay.readers.records import IncomingMessage
from harness import best_of, show, with_database

NUMBER = 5_000
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
WORDS = "The gateway keeps its logs for 45 days, as was said in the meeting of last week. "
LIMIT = "the bare parser"


def moments() -> Iterator[tuple[int, datetime]]:
    return ((number, START + timedelta(minutes=number)) for number in range(NUMBER))


def json_lines() -> str:
    said = (
        {"id": f"m{n}", "channel": "ops", "author": f"a{n % 9}", "ts": at.isoformat(), "text": WORDS}
        for n, at in moments()
    )
    return "\n".join(map(json.dumps, said))


def discord() -> str:
    author = {"name": "ana", "nickname": "Ana", "isBot": False}
    said_by = [{**author, "id": str(number)} for number in range(9)]
    said = [
        {"id": str(n), "type": "Default", "timestamp": at.isoformat(), "content": WORDS, "author": said_by[n % 9]}
        for n, at in moments()
    ]  # fmt: skip
    return json.dumps(
        {"guild": {"id": "1"}, "channel": {"id": "2", "type": "GuildTextChat", "name": "ops"}, "messages": said}
    )


def mailbox() -> str:
    head = "From: Ana <ana@x.invalid>\nDate: {at:%a, %d %b %Y %H:%M:%S} +0000\nMessage-ID: <m{n}@x>\nSubject: gate\n"
    mails = (f"From ana@x {at:%a %b %d %H:%M:%S %Y}\n{head.format(at=at, n=n)}\n{WORDS}\n" for n, at in moments())
    return "\n".join(mails)


def whatsapp() -> str:
    return "".join(f"{at:%d/%m/%Y, %H:%M} - Ana {n % 9}: {WORDS}\n" for n, at in moments())


def irc() -> str:
    return "".join(f"{at:%Y-%m-%d %H:%M:%S}\tana{n % 9}\t{WORDS}\n" for n, at in moments())


def loads(path: Path) -> None:
    with path.open() as lines:
        for line in lines:
            json.loads(line)


def items(path: Path) -> None:
    with path.open("rb") as stream:
        for _ in ijson.items(stream, "messages.item"):
            pass


def email(path: Path) -> None:
    for raw in path.read_bytes().split(b"\n\nFrom ana@"):
        message_from_bytes(raw).get_payload(decode=True)


def split(path: Path) -> None:
    with path.open() as lines:
        for line in lines:
            line.rstrip("\n").split(" ", 3)


FORMATS: dict[str, tuple[Callable[[], str], str, Callable[[Path], None]]] = {
    "JSON lines": (json_lines, "x.jsonl", loads),
    "Discord": (discord, "x.json", items),
    "mail": (mailbox, "x.mbox", email),
    "WhatsApp": (whatsapp, "x.txt", split),
    "IRC": (irc, "#x.weechatlog", split),
}


def messages(path: Path) -> Iterator[IncomingMessage]:
    with reading(path) as found:
        yield from (each for each in found.messages() if isinstance(each, IncomingMessage))


async def main(database: Database) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, (made, file, bare) in FORMATS.items():
            path = Path(folder, file)
            write(path, made())

            async def parser(path: Path = path, bare: Callable[[Path], None] = bare) -> None:
                bare(path)

            async def reader(path: Path = path) -> None:
                assert sum(1 for _ in messages(path)) == NUMBER

            async def imported(path: Path = path) -> None:
                source = f"bench {new_id()}"
                for portion in portions(messages(path)):
                    async with database.transaction() as session:
                        await actions.ingest(session, portion, source=source, actor=SYSTEM)

            ways = {"our reader": reader, "our import with the database": imported, LIMIT: parser}
            seconds = await best_of(ways)
            show(f"Reading {name}", NUMBER, seconds, limit=LIMIT)
            print("  messages a second:", ", ".join(f"{way} {NUMBER / each:,.0f}" for way, each in seconds.items()))


def write(path: Path, content: str) -> None:
    path.write_text(content)


with_database(main)
