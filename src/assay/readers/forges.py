"""Issues of GitHub and GitLab: the JSON of their command lines and interfaces, and of project exports."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from assay.readers.export import Export
from assay.readers.fields import first, mapping, objects, text_of
from assay.readers.reader import CERTAIN, LIKELY, NO, Look, Reader
from assay.readers.records import MAX_NAME, BadRecord, Found, IncomingMessage, Skipped, SystemNotice
from assay.readers.tree import ExportFile

Record = Mapping[str, Any]


def sniff(look: Look) -> int:
    for shape in look.shapes:
        for at in ("item.", "", "issues.item."):
            has_issue = shape.has(f"{at}number", f"{at}title") or shape.has(f"{at}iid", f"{at}title")
            if has_issue and shape.prefixes & {f"{at}body", f"{at}description", f"{at}comments", f"{at}notes"}:
                return CERTAIN
            if shape.has(f"{at}body", f"{at}html_url", f"{at}created_at"):
                return LIKELY
            if shape.has(f"{at}body", f"{at}noteable_type", f"{at}created_at"):
                return CERTAIN
    return NO


def read(export: Export) -> Iterator[Found]:
    for member in export.tree.members:
        for found in _records(export, member):
            if isinstance(found, BadRecord):
                yield found
                continue
            where, item = found
            try:
                yield from _issue(export, where, item)
            except ValueError as error:
                yield BadRecord(where, str(error))


def _records(export: Export, member: ExportFile) -> Iterator[tuple[str, dict[str, Any]] | BadRecord]:
    """Of a list, of one object, or of an object a line."""
    is_lines = member.name.removesuffix(".gz").endswith((".ndjson", ".jsonl")) or export.begins(member) == "["
    return export.records(member) if is_lines else export.items(member, "", is_series=True)


@dataclass(frozen=True, slots=True)
class _Thread:
    export: Export
    channel: str
    root: str


def _issue(export: Export, where: str, item: Record) -> Iterator[Found]:
    if "title" not in item and item.get("body"):
        yield _said(_Thread(export, _repository(export, item), _root_of_comment(item)), where, item, "")
        return
    root = _identity(item, "issue")
    thread = _Thread(export, _repository(export, item), root)
    yield _said(thread, where, item, text_of(item.get("title")), is_root=True)
    said = objects(item.get("comments")) or objects(item.get("notes")) or objects(item.get("discussions"))
    told = first(item, "comments_count", "user_notes_count") or item.get("comments")
    if isinstance(told, int) and told > len(said):
        export.notes.warn(f"{root}: {told:,} comments are counted and {len(said):,} are in the export.")
    for number, each in enumerate([*said, *objects(item.get("reviews"))], 1):
        notes = objects(each.get("notes")) or [each]
        for note in notes:
            yield _said(thread, f"{where}, comment {number:,}", note, "")


def _identity(item: Record, kind: str) -> str:
    found = first(item, "html_url", "url", "web_url", "node_id", "id")
    return (text_of(found) or f"{kind} {text_of(first(item, 'number', 'iid'))}")[:MAX_NAME]


def _root_of_comment(item: Record) -> str:
    if item.get("noteable_type"):  # a note of GitLab, which has no address
        return f"{text_of(item['noteable_type'])} {text_of(first(item, 'noteable_iid', 'noteable_id'))}".casefold()[
            :MAX_NAME
        ]
    address = text_of(first(item, "issue_url", "pull_request_url", "html_url"))
    return address.partition("#")[0].replace("https://api.github.com/repos/", "https://github.com/")[:MAX_NAME]


def _repository(export: Export, item: Record) -> str:
    """Owner and name from an address, else what the person or the file says."""
    if export.options.channel:
        return export.options.channel
    for name in ("repository_url", "html_url", "url", "web_url"):
        address = text_of(item.get(name)).partition("://")[2]
        parts = [part for part in address.split("/")[1:] if part not in ("", "repos", "-")]
        for stop in ("issues", "pull", "pulls", "merge_requests", "discussions"):
            if stop in parts:
                parts = parts[: parts.index(stop)]
        if len(parts) >= 2:
            return "/".join(parts)[:MAX_NAME]
    return export.channel


def _said(thread: _Thread, where: str, item: Record, title: str, *, is_root: bool = False) -> Found:
    if item.get("system") is True:
        return Skipped(SystemNotice.CHANNEL)
    author = mapping(first(item, "author", "user"))
    name = text_of(first(author, "login", "username", "name")) or text_of(item.get("author_id"))
    body = text_of(first(item, "body", "description", "note")).replace("\r\n", "\n").strip()
    text = "\n\n".join(part for part in (title, body) if part)
    if not text:
        return Skipped(SystemNotice.EMPTY)
    who = text_of(first(author, "id", "node_id", "login")) or text_of(item.get("author_id"))
    sent = first(item, "createdAt", "created_at", "submittedAt", "submitted_at")
    changed = first(item, "lastEditedAt", "last_edited_at")
    identity = thread.root if is_root else _identity(item, "comment")
    try:
        return IncomingMessage(
            external_id=identity,
            channel=thread.channel,
            author=name or thread.export.notes.unknown(who) or "ghost",
            author_id=who or None,
            sent_at=thread.export.moment(sent),
            text=text,
            thread=None if is_root else thread.root,
            is_bot=_is_bot(author, name),
            edited_at=thread.export.moment(changed) if changed else None,
            permalink=text_of(first(item, "html_url", "url", "web_url")) or None,
            is_edit=bool(changed),
            where=where,
        )
    except ValueError as error:
        return BadRecord(where, str(error))


def _is_bot(author: Record, name: str) -> bool:
    return (
        author.get("type") == "Bot"
        or author.get("is_bot") is True
        or author.get("bot") is True
        or name.endswith("[bot]")
    )


READER: Final = Reader("issues", "GitHub or GitLab issues", sniff, read)
