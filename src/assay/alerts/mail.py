"""Sending notices by mail."""

import asyncio
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib

from assay.alerts.notice import Notice
from assay.alerts.receiver import Undelivered
from assay.errors import InvalidInput
from assay.settings import Settings

SECONDS: Final = 20
PORTS: Final = {"smtp": 587, "smtps": 465}
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in. `start_tls`: True insists on it, None takes it where it is offered."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool
    start_tls: bool | None


@dataclass(frozen=True, slots=True)
class MailReceiver:
    """A mail server, a sender and those who are told."""

    server: MailServer
    sender: Address
    recipients: tuple[Address, ...]
    seconds: float = SECONDS
    name: str = "mail"

    @property
    def address(self) -> str:
        return ", ".join(each.addr_spec for each in self.recipients)

    async def send(self, notice: Notice) -> None:
        """Taken when the server took it for at least one recipient."""
        server = self.server
        try:
            async with asyncio.timeout(self.seconds):
                await aiosmtplib.send(
                    self._message(notice),
                    hostname=server.host,
                    port=server.port,
                    username=server.user,
                    password=server.password,
                    use_tls=server.tls,
                    start_tls=server.start_tls,
                    timeout=self.seconds,
                )
        except aiosmtplib.SMTPResponseException as error:
            raise Undelivered(f"The mail server {server.host} answered {error.code}.") from None
        except (aiosmtplib.SMTPException, ssl.SSLError, OSError) as error:
            reason = "it took too long" if isinstance(error, TimeoutError) else type(error).__name__
            raise Undelivered(f"The mail server {server.host} did not take it: {reason}.") from None

    def _message(self, notice: Notice) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = self.recipients
        message["Subject"] = notice.headline
        message["Date"] = notice.at
        message["Message-ID"] = f"<{notice.key}@{self.sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(notice.text())
        return message


def configured(settings: Settings) -> MailReceiver | None:
    """The receiver that the settings name, if any. Raises InvalidInput."""
    url, sender, recipients = settings.assay_smtp_url, settings.assay_mail_from, settings.assay_mail_to
    if url is None:
        return None
    if not (sender and recipients):
        missing = "ASSAY_MAIL_TO" if sender else "ASSAY_MAIL_FROM"
        raise InvalidInput(f"{missing} is missing: ASSAY_SMTP_URL sends mail from and to somebody.")
    people = tuple(_address("ASSAY_MAIL_TO", each) for each in recipients.split(","))
    return MailReceiver(_server(url.get_secret_value()), _address("ASSAY_MAIL_FROM", sender), people)


def _server(url: str) -> MailServer:
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        parts, port = SplitResult("", "", "", "", ""), 0
    if not parts.hostname or parts.path.strip("/") or parts.query:
        raise InvalidInput("ASSAY_SMTP_URL is not allowed: it must be smtp://user:password@host:port, or smtps://.")
    tls = parts.scheme == "smtps"
    exposed = parts.password is not None and parts.hostname not in LOOPBACK
    return MailServer(
        parts.hostname,
        port,
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
        tls=tls,
        start_tls=False if tls else (exposed or None),
    )


def _address(variable: str, words: str) -> Address:
    try:
        address = Address(addr_spec=words.strip())
        words.encode("ascii")
    except Exception:  # noqa: BLE001  # the parser of the standard library fails in many ways
        address = Address()
    if not (address.username and address.domain) or any(not each.isprintable() for each in words):
        raise InvalidInput(f"{variable}={words.strip()[:80]!r} is not allowed: it must be a mail address, name@host.")
    return address
