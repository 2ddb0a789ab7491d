"""Real receivers on loopback: an HTTP server and a mail server, each as friendly as the test wants it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from typing import Any

from tests.tcp_server import tcp_server

from assay.alerts.notice import Notice
from assay.audit.actions import Record, record
from assay.audit.actor import SYSTEM
from assay.clock import now
from assay.db.engine import Database
from assay.messaging.events import JobError, JobRecovered, Severity

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class HttpServer:
    """Answers with the statuses it was given, then 204. `delay`: seconds before it answers."""

    statuses: list[int] = field(default_factory=list)
    headers: str = ""
    delay: float = 0
    body: bytes = b""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.got.append(({"target": head[0], **headers}, body))
            await asyncio.sleep(self.delay)
            status = self.statuses.pop(0) if self.statuses else 204
            length = "" if self.body else "content-length: 0\r\n"
            writer.write(f"HTTP/1.1 {status} Said\r\n{self.headers}{length}connection: close\r\n\r\n".encode())
            while self.body:
                writer.write(self.body)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def http_server(**how: Any) -> AsyncIterator[HttpServer]:
    receiver = HttpServer(**how)
    async with tcp_server(receiver.serve) as port:
        receiver.url = f"http://127.0.0.1:{port}/hook?token=s3cret"
        yield receiver


@dataclass
class MailSink:
    """Takes every mail, or answers RCPT with the code it was given."""

    rcpt: str = "250 OK"
    got: list[EmailMessage] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n")
        while line := (await reader.readline()).decode().strip():
            self.said.append(line)
            verb = line.split()[0].upper()
            answer = {"EHLO": "250-sink\r\n250 AUTH PLAIN", "RCPT": self.rcpt, "DATA": "354 go on", "QUIT": "221 bye"}
            writer.write(f"{answer.get(verb, '235 OK' if verb == 'AUTH' else '250 OK')}\r\n".encode())
            if verb == "DATA":
                content = (await reader.readuntil(b"\r\n.\r\n"))[:-5]
                self.got.append(message_from_bytes(content, policy=modern))
                writer.write(b"250 taken\r\n")
            if verb == "QUIT":
                break
        writer.close()


@asynccontextmanager
async def mail_server(**how: Any) -> AsyncIterator[MailSink]:
    sink = MailSink(**how)
    async with tcp_server(sink.serve) as port:
        sink.url = f"smtp://127.0.0.1:{port}"
        yield sink


def webhook_settings(url: str) -> dict[str, str]:
    return {"assay_webhook_url": url, "assay_webhook_secret": SECRET}


def mail_settings(url: str) -> dict[str, str]:
    return {"assay_smtp_url": url, "assay_mail_from": "assay@example.org", "assay_mail_to": "ana@example.org, b@x.org"}


def failure(job: str = "probe", message: str = "It broke.", **context: Any) -> JobError:
    return JobError(job, message, context, now())


def notice(message: str = "It broke.") -> Notice:
    return Notice.of("alert-7-1", failure(message=message, proposal_id="p-1"), now(), "critical")


async def happens(database: Database, *events: JobError | JobRecovered, severity: Severity = "critical") -> None:
    """The events are recorded, as the runner does."""
    async with database.transaction() as session:
        for event in events:
            await record(session, SYSTEM, [Record.of(event, severity=severity if event.type == "job.error" else None)])
