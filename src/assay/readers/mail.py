"""Mailing lists and mailboxes: mbox files, and the text archives of pipermail."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from itertools import pairwise
from typing import Final

from assay.clock import in_utc
from assay.errors import InvalidInput
from assay.readers import html
from assay.readers.encodings import FALLBACK
from assay.readers.export import Export
from assay.readers.reader import CERTAIN, NO, Glance, Look, Reader
from assay.readers.records import MAX_NAME, BadRecord, Found, IncomingMessage, Skipped, SystemNotice, TextSpan, digest
from assay.readers.threads import Chains
from assay.readers.tree import ExportFile

FROM_LINE: Final = re.compile(rb"From [^\r\n]{0,400}\d\d:\d\d(?::\d\d)?[^\r\n]{0,40}\d{4}[^\r\n]{0,20}\r?\n?$")
ESCAPED: Final = re.compile(rb"^>(>*From )", re.MULTILINE)
MAX_MAIL: Final = 64 * 2**20
MAX_HEADERS: Final = 256 * 2**10
MAX_LINE: Final = 2**20
IDENTITY: Final = re.compile(r"<([^<>\s]{1,400})>")
HIDDEN: Final = re.compile(r"^(?P<local>[^\s@]+) (?:at|AT|@) (?P<domain>[\w.-]+)(?: \((?P<name>.*)\))?$")
SIGNATURE: Final = re.compile(r"^-- ?$", re.MULTILINE)
FOOTER: Final = re.compile(
    r"\n_{20,}\n.{0,400}?(?:mailing list|listinfo|unsubscribe).{0,600}\Z", re.DOTALL | re.IGNORECASE
)
SCRUBBED: Final = re.compile(
    r"\n-{6,} next part -{6,}\n[^\n]{1,80} (?:was|were) scrubbed\.\.\.\n(?:[A-Z][\w ]{1,20}: [^\n]{0,400}(?:\n|\Z))*"
)
"""What pipermail says in the place of an attachment."""
MACHINE: Final = re.compile(
    r"^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|notifications?)@", re.IGNORECASE
)
SPACES: Final = str.maketrans({"\u00a0": " "})
Raw = tuple[int, bytes, bytes]
"""Number, the `From ` line, and the mail below it."""


def sniff(look: Look) -> int:
    return look.best(_judge)


def _judge(glance: Glance) -> int:
    first = glance.head.lstrip().split(b"\n", 1)[0]
    return CERTAIN if FROM_LINE.match(first + b"\n") and re.search(rb"\n[\w-]+: ", glance.head[:4_000]) else NO


def read(export: Export) -> Iterator[Found]:
    chains = Chains()
    for member in export.tree.members:
        with suppress(InvalidInput):
            for _, _, raw in _mails(member, only_headers=True):
                _note(chains, message_from_bytes(raw))
    found_any = False
    for member in export.tree.members:
        try:
            for number, line, raw in _mails(member):
                found_any = True
                yield _checked(export, member, export.place(member, "mail", number), line, raw, chains)
        except InvalidInput as refusal:
            if export.tree.is_single:
                raise
            yield BadRecord(member.path, str(refusal))
    if not found_any:
        raise InvalidInput(f"{export.tree.name} holds no mail: an mbox file has a line `From ` before each.")


def _checked(export: Export, member: ExportFile, where: str, line: bytes, raw: bytes, chains: Chains) -> Found:
    if len(raw) > MAX_MAIL:
        return BadRecord(where, f"It takes more than {MAX_MAIL:,} bytes, which is not allowed.")
    try:
        return _read(export, member, where, line, raw, chains)
    except (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError) as error:
        return BadRecord(where, f"The mail cannot be read: {str(error)[:200].rstrip('.')}.")


def _mails(member: ExportFile, *, only_headers: bool = False) -> Iterator[Raw]:
    """Split at `From ` lines that end in a date and stand behind a blank line."""
    number, size = 0, 0
    line, parts = b"", list[bytes]()
    is_blank, in_headers = True, True
    with member.open() as stream:
        while raw := stream.readline(MAX_LINE):
            if is_blank and raw.startswith(b"From ") and FROM_LINE.match(raw):
                if number:
                    yield number, line, b"".join(parts)
                number, line, parts, size, in_headers = number + 1, raw, [], 0, True
            elif number:
                in_headers = in_headers and bool(raw.strip())
                limit = MAX_HEADERS if only_headers else MAX_MAIL
                if size <= limit and (in_headers or not only_headers):
                    parts.append(raw)
                    size += len(raw)
            is_blank = not raw.strip()
    if number:
        yield number, line, b"".join(parts)


def _note(chains: Chains, mail: Message) -> None:
    identity = _identity(mail)
    answered = _ids(mail.get("References"))
    if not answered:
        answered = _ids(mail.get("In-Reply-To"))[:1]
    for earlier, later in pairwise([*answered, identity] if identity else answered):
        if earlier != later:
            chains.note(later, earlier)


def _ids(header: object) -> list[str]:
    return [each[:MAX_NAME] for each in IDENTITY.findall(str(header or ""))]


def _identity(mail: Message) -> str | None:
    found = _ids(mail.get("Message-ID"))
    return found[0] if found else None


def _read(export: Export, member: ExportFile, where: str, line: bytes, raw: bytes, chains: Chains) -> Found:
    mail = message_from_bytes(ESCAPED.sub(rb"\1", raw))
    name, address = _author(mail)
    sent_at = _sent_at(export, mail, line)
    subject = _header(mail, "Subject")
    text, quoted = _body(mail)
    if not text:
        return Skipped(SystemNotice.MEDIA if mail.is_multipart() else SystemNotice.EMPTY)
    identity = _identity(mail) or digest("mail", sent_at.isoformat(), address or name, subject)
    return IncomingMessage(
        external_id=identity,
        channel=_channel(export, member, mail),
        author=name or address,
        author_id=address or None,
        sent_at=sent_at,
        text=text,
        quoted=quoted,
        thread=chains.root(identity),
        is_bot=_is_machine(mail, address),
        permalink=_header(mail, "Archived-At").strip("<>") or None,
        where=where,
    )


def _header(mail: Message, name: str) -> str:
    return _readable(_raw(mail, name))


def _raw(mail: Message, name: str) -> str:
    """A header as it was written, with bytes beyond ASCII as UTF-8, else Windows-1252."""
    written = next((str(value) for key, value in mail.raw_items() if key.casefold() == name.casefold()), "")
    raw = written.encode(errors="surrogateescape")
    try:
        return " ".join(raw.decode().split())
    except UnicodeDecodeError:
        return " ".join(raw.decode(FALLBACK, "replace").split())


def _readable(written: str) -> str:
    try:
        return " ".join(str(make_header(decode_header(written))).split())
    except (LookupError, ValueError):
        return written


def _author(mail: Message) -> tuple[str, str]:
    """Name and address; list archives hide the address and put the name in brackets."""
    written = _header(mail, "From")
    if hidden := HIDDEN.match(written):
        address = f"{hidden['local']}@{hidden['domain']}"
        return (hidden["name"] or address)[:MAX_NAME], address[:MAX_NAME].casefold()
    raw_name, address = parseaddr(_raw(mail, "From"))
    return (_readable(raw_name).strip() or address or written)[:MAX_NAME], address[:MAX_NAME].casefold()


def _sent_at(export: Export, mail: Message, line: bytes) -> datetime:
    """From the header, else from the `From ` line. Raises ValueError where neither says it."""
    try:
        moment = parsedate_to_datetime(str(mail.get("Date")))
    except (ValueError, TypeError, IndexError, OverflowError):
        parts = line.decode("ascii", "replace").split()
        for width in (5, 6):
            try:
                moment = parsedate_to_datetime(" ".join([*parts[-width:][1:3][::-1], parts[-1], parts[-width:][3]]))
                break
            except (ValueError, TypeError, IndexError):
                continue
        else:
            raise ValueError("it has no date") from None
    return export.local(moment) if moment.tzinfo is None else in_utc(moment)


def _channel(export: Export, member: ExportFile, mail: Message) -> str:
    listed = _header(mail, "List-Id")
    if listed:
        inner = re.search(r"<([^<>]+)>", listed)
        return (inner[1] if inner else listed).split(".")[0][:MAX_NAME]
    if export.tree.is_single or export.options.channel:
        return export.channel
    return member.folder.split("/")[-1] or export.channel


def _is_machine(mail: Message, address: str) -> bool:
    if (mail.get("Auto-Submitted") or "no").strip().casefold() != "no":
        return True
    precedence = str(mail.get("Precedence") or "").strip().casefold()
    is_bulk = precedence in ("bulk", "junk") and not (mail.get("List-Id") or mail.get("List-Post"))
    return is_bulk or MACHINE.match(address) is not None


def _body(mail: Message) -> tuple[str, tuple[TextSpan, ...]]:
    """The first part of plain text, else of HTML, without signature and list footer."""
    parts = [part for part in mail.walk() if not part.is_multipart() and not _is_attached(part)]
    for part in parts:
        if part.get_content_type() == "text/plain":
            text = _decoded(part).translate(SPACES).replace("\r\n", "\n")
            return _unsigned(_unflowed(part, text)).strip(), ()
    for part in parts:
        if part.get_content_type() == "text/html":
            return html.rendered(_decoded(part))
    return "", ()


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment"


def _decoded(part: Message) -> str:
    raw = part.get_payload(decode=True)
    payload = raw if isinstance(raw, bytes) else str(part.get_payload()).encode(errors="replace")
    for charset in (part.get_content_charset() or "utf-8", "utf-8"):
        try:
            return payload.decode(charset)
        except (LookupError, ValueError):
            continue
    return payload.decode(FALLBACK, "replace")


def _unflowed(part: Message, text: str) -> str:
    """Lines that end in a space go on in the next (RFC 3676)."""
    if str(part.get_param("format") or "").casefold() != "flowed":
        return text
    drops_space = str(part.get_param("delsp") or "").casefold() == "yes"
    lines: list[str] = []
    goes_on = False
    for line in text.split("\n"):
        bare = line.removeprefix(" ") if not line.startswith(">") else line
        if goes_on and lines and _depth(lines[-1]) == _depth(bare):
            lines[-1] += bare[_depth(bare) :].removeprefix(" ") if _depth(bare) else bare
        else:
            lines.append(bare)
        goes_on = line.endswith(" ") and line != "-- "
        if goes_on and drops_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(">"))


def _unsigned(text: str) -> str:
    text = FOOTER.sub("", SCRUBBED.sub("\n", text))
    found = list(SIGNATURE.finditer(text))
    return text[: found[-1].start()] if found else text


READER: Final = Reader("mail", "mailbox", sniff, read)
