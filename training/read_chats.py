"""Turns labelled messages of real chats into features and scores: the words of the chats stay where they are.

    python training/read_chats.py CHAT.jsonl.gz LABELS.jsonl MESSAGES.txt [...]

CHAT: `id`, `channel`, `sample`, `author`, `ts`, `text`, `bot`. LABELS: the id of a message, `label` (keep, edit),
`type` and `says`; a message of a person that is not listed is junk. MESSAGES: the ids that were read begin its lines.
Writes chats.jsonl.gz, and of the labels what holds no words.
"""

import asyncio
import gzip
import json
import re
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import numpy as np
from compare import EMBEDDER, FLOOR
from corpus import CHATS, DIGITS, HERE

from assay.ai.extractor import Message
from assay.ai.rules import safety
from assay.ai.rules.ranking.candidates import candidates
from assay.ai.rules.ranking.features import NAMES, CountedTalk
from assay.ai.rules.ranking.talks import talks
from assay.duplicates.labels import LabelledPair
from assay.duplicates.measure import measured
from assay.duplicates.scale import Scale

UNMARKED_BOTS = frozenset({"ubottu", "Ubugtu", "gerrit-wm", "CIA-6"})
KEPT = ("id", "label", "with", "type")


def messages(chat: Path, read: Path) -> Iterator[tuple[str, Message]]:
    ids = set(re.findall(r"^(\S+-\d+-\d+) ", read.read_text("utf-8"), re.MULTILINE))
    with gzip.open(chat, "rt", encoding="utf-8") as lines:
        for each in map(json.loads, lines):
            if each["id"] in ids and each["text"].strip():
                yield (
                    each["id"],
                    Message(
                        id=uuid5(NAMESPACE_OID, each["id"]),
                        channel=f"{each['channel']}-{each['sample']}",
                        author=each["author"],
                        sent_at=datetime.fromisoformat(each["ts"]),
                        text=each["text"],
                        is_bot=each["bot"] or each["author"] in UNMARKED_BOTS,
                    ),
                )


async def pieces(
    talk: CountedTalk, ids: Mapping[Any, str], labels: Mapping[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    found = candidates(talk.passages)
    features = talk.features(found)
    said = [{ids[part.passage.message.id] for part in each.parts} for each in found]
    places = [(at, name) for at, names in enumerate(said) for name in sorted(names) if name in labels]
    pairs = [
        LabelledPair((found[at].title, found[at].body), (labels[name]["says"], ""), same=True) for at, name in places
    ]
    best: dict[int, tuple[float, str]] = {}
    for (at, name), judged in zip(
        places, await measured(pairs, EMBEDDER, Scale.of(EMBEDDER.model), FLOOR), strict=True
    ):
        best[at] = max(best.get(at, (0.0, "")), (judged.score, name))
    return [
        {
            "in": sorted(f"{ids[each.message.id]}+{each.start}" for each in piece.sentences),
            "score": round(float(best[at][0]), DIGITS) if at in best else 0,
            "type": labels[best[at][1]]["type"] if at in best else None,
            "features": [int(each) if each == int(each) else round(each, 2) for each in features[at].tolist()],
        }
        for at, piece in enumerate(found)
    ]


async def read(chat: Path, labelled: Path, listed: Path) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in labelled.read_text("utf-8").splitlines()]
    said = dict(messages(chat, listed))
    ids = {message.id: name for name, message in said.items()}
    labels = {each["id"]: each for each in rows}
    kept = HERE / f"labels-{chat.name.split('.')[0]}.jsonl"
    kept.write_text("".join(json.dumps({key: each[key] for key in KEPT}) + "\n" for each in rows), "utf-8")
    known = zlib.crc32(",".join(NAMES).encode())
    return [
        {"talk": f"{chat.name}/{number}", "names": known, "pieces": await pieces(talk, ids, labels)}
        for number, talk in enumerate(talks(safety.without_secrets(list(said.values()))))
    ]


async def main(paths: Iterable[str]) -> None:
    given = [Path(each) for each in paths]
    talks_read = [talk for at in range(0, len(given), 3) for talk in await read(*given[at : at + 3])]
    with CHATS.open("wb") as file, gzip.GzipFile(fileobj=file, mode="wb", mtime=0, filename="") as packed:
        packed.write("".join(json.dumps(each, separators=(",", ":")) + "\n" for each in talks_read).encode())


if __name__ == "__main__":
    np.seterr(all="raise")
    asyncio.run(main(sys.argv[1:]))
