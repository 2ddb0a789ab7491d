"""Posting notices to a URL, signed as Standard Webhooks has it."""

import asyncio
import base64
import binascii
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import httpx2
from pydantic_core import to_json
from standardwebhooks import Webhook

from assay.alerts.notice import Notice
from assay.alerts.receiver import AlertRefused, Undelivered
from assay.clock import now
from assay.errors import InvalidInput
from assay.settings import Settings

SECONDS: Final = 10
PREFIX: Final = "whsec_"
MIN_KEY_BYTES, MAX_KEY_BYTES = 24, 64


@dataclass(frozen=True, slots=True)
class WebhookReceiver:
    """One URL and the secret that it knows us by."""

    url: httpx2.URL
    signer: Webhook
    seconds: float = SECONDS
    name: str = "webhook"

    @property
    def address(self) -> str:
        return str(self.url.host)

    async def send(self, notice: Notice) -> None:
        """2xx is taken, 410 is never again. Redirects are not followed, for they could lead anywhere."""
        at, body = now(), to_json(notice.payload()).decode()
        headers = {
            "content-type": "application/json",
            "webhook-id": notice.key,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": self.signer.sign(notice.key, at, body),
        }
        try:
            async with asyncio.timeout(self.seconds):
                status = await self._post(body, headers)
        except (httpx2.HTTPError, OSError) as error:
            reason = "it took too long" if isinstance(error, TimeoutError) else type(error).__name__
            raise Undelivered(f"The webhook at {self.url.host} cannot be reached: {reason}.") from None
        if status == HTTPStatus.GONE:
            raise AlertRefused(f"The webhook at {self.url.host} answered 410: it is gone.")
        if not HTTPStatus(200) <= status < HTTPStatus(300):
            raise Undelivered(f"The webhook at {self.url.host} answered {status}.")

    async def _post(self, body: str, headers: dict[str, str]) -> int:
        """The status of the answer, whose body nobody reads, however long it may be."""
        async with (
            httpx2.AsyncClient(timeout=self.seconds, follow_redirects=False) as client,
            client.stream("POST", self.url, content=body, headers=headers) as answer,
        ):
            return answer.status_code


def configured(settings: Settings) -> WebhookReceiver | None:
    """The receiver that the settings name, if any. Raises InvalidInput."""
    url, secret = settings.assay_webhook_url, settings.assay_webhook_secret
    if url is None:
        return None
    if secret is None:
        raise InvalidInput("ASSAY_WEBHOOK_SECRET is missing: what goes to ASSAY_WEBHOOK_URL is signed with it.")
    return WebhookReceiver(_url(url.get_secret_value()), Webhook(_key(secret.get_secret_value())))


def _url(words: str) -> httpx2.URL:
    try:
        url = httpx2.URL(words)
    except (httpx2.InvalidURL, ValueError):
        url = httpx2.URL("")
    if url.scheme not in {"http", "https"} or not url.host:
        raise InvalidInput("ASSAY_WEBHOOK_URL is not allowed: it must be https://host/path, or http://.")
    return url


def _key(words: str) -> bytes:
    wanted = f"{PREFIX} and then {MIN_KEY_BYTES} to {MAX_KEY_BYTES} bytes in base64"
    digits = words.removeprefix(PREFIX).rstrip("=")
    try:
        key = base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not MIN_KEY_BYTES <= len(key) <= MAX_KEY_BYTES:
        raise InvalidInput(f"ASSAY_WEBHOOK_SECRET is not allowed: it must be {wanted}.")
    return key
