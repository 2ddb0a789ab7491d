"""Signing in at an identity provider: OpenID Connect, authorization code flow with PKCE (OpenID Connect Core 1.0,
RFC 7636, RFC 9700). What the provider says is believed only as far as its signature and the claims prove it.

Its metadata and keys are asked for at each sign-in: that is seldom, and so they are never stale.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from importlib.util import find_spec
from typing import Any, Final, Self, cast
from urllib.parse import quote, urlsplit

import httpx2

from assay import http_client
from assay.errors import Forbidden, InvalidInput, Unauthenticated, Unavailable, missing_extra
from assay.settings import Settings

SCOPE: Final = "openid email"
SIGNATURES: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
)
"""Made with a key that only the provider has. A signature with the client's secret proves less."""
LEEWAY_SECONDS: Final = 60
"""By which the clocks of provider and Assay may differ."""
TIMEOUT_SECONDS: Final = 10
MAX_SUBJECT_LENGTH: Final = 255
MAX_NAME_LENGTH: Final = 100
AGAIN: Final = "Start again at /sign-in/oidc."


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a browser keeps between going to the provider and coming back."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def anew(cls) -> Self:
        return cls(*(secrets.token_urlsafe(48) for _ in range(3)))

    @classmethod
    def read(cls, kept: str | None) -> Self:
        """Raises Unauthenticated for what `write` did not write."""
        parts = (kept or "").split(".")
        if len(parts) != 3 or not all(parts):
            raise Unauthenticated(f"This browser began no sign-in, or too long ago. {AGAIN}")
        return cls(*parts)

    def write(self) -> str:
        return f"{self.state}.{self.nonce}.{self.verifier}"

    def expect(self, state: str) -> None:
        """Raises Unauthenticated for an answer to somebody else's question."""
        if not compare_digest(self.state.encode(), state.encode()):
            raise Unauthenticated(f"This answer belongs to another sign-in. {AGAIN}")


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is at the provider."""

    subject: str
    """Issuer and subject: it never changes, and names nobody else."""
    email: str | None
    """None unless the provider has verified it."""


def is_configured(settings: Settings) -> bool:
    return settings.assay_oidc_issuer is not None


def check(settings: Settings) -> None:
    """Raises InvalidInput where settings say half of what it takes, or the extra is missing."""
    if settings.assay_oidc_issuer is None:
        return
    chosen = f"ASSAY_OIDC_ISSUER={settings.assay_oidc_issuer}"
    if find_spec("authlib") is None or find_spec("joserfc") is None:
        raise missing_extra(chosen, "oidc")
    for name in ("assay_oidc_client_id", "assay_oidc_redirect_url"):
        if getattr(settings, name) is None:
            raise InvalidInput(f"{chosen} needs {name.upper()} too.")
    for name in ("assay_oidc_issuer", "assay_oidc_redirect_url"):
        _require_encryption(getattr(settings, name), name.upper())


def _require_encryption(url: str, what: str) -> None:
    """Raises InvalidInput for an address over which others can listen."""
    parts = urlsplit(url)
    on_this_machine = parts.scheme == "http" and http_client.is_loopback(parts.hostname or "")
    if not parts.hostname or not (parts.scheme == "https" or on_this_machine):
        raise InvalidInput(f"{what}={url} is not allowed: it must begin with https://, or be on this machine.")


class Provider:
    """The identity provider of the settings, which were checked."""

    def __init__(self, settings: Settings) -> None:
        self._issuer = settings.assay_oidc_issuer or ""
        self._client_id = settings.assay_oidc_client_id or ""
        self._secret = settings.assay_oidc_client_secret
        self._redirect_url = settings.assay_oidc_redirect_url or ""

    async def begin(self, attempt: Attempt) -> str:
        """The address at which the person signs in. Raises Unavailable."""
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # an extra
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        async with http_client.client(TIMEOUT_SECONDS) as client:
            metadata = await self._metadata(client)
        address: str = prepare_grant_uri(
            _endpoint(metadata, "authorization_endpoint"),
            self._client_id,
            "code",
            redirect_uri=self._redirect_url,
            scope=SCOPE,
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.verifier),
            code_challenge_method="S256",
        )
        return address

    async def finish(self, attempt: Attempt, code: str) -> Person:
        """Who came back with this code. Raises Unauthenticated where that is not proved, and Unavailable."""
        async with http_client.client(TIMEOUT_SECONDS) as client:
            metadata = await self._metadata(client)
            token = await self._id_token(client, metadata, attempt, code)
            keys = await _document(client, _endpoint(metadata, "jwks_uri"))
        claims = self._proved(token, keys, attempt.nonce)
        email = claims.get("email") if claims.get("email_verified") is True else None
        return Person(f"{self._issuer} {claims['sub']}", email if isinstance(email, str) and email else None)

    async def _metadata(self, client: httpx2.AsyncClient) -> Mapping[str, Any]:
        metadata = await _document(client, f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if metadata.get("issuer") != self._issuer:
            raise Unavailable("The identity provider names another issuer than ASSAY_OIDC_ISSUER.")
        return metadata

    async def _id_token(
        self, client: httpx2.AsyncClient, metadata: Mapping[str, Any], attempt: Attempt, code: str
    ) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_url,
            "code_verifier": attempt.verifier,
        }
        auth, more = self._credentials(metadata.get("token_endpoint_auth_methods_supported"))
        answer = await _ask(client, "POST", _endpoint(metadata, "token_endpoint"), data=form | more, auth=auth)
        if answer.is_client_error:
            raise Unauthenticated(f"The identity provider did not accept this sign-in. {AGAIN}")
        token = _read(answer).get("id_token")
        if not isinstance(token, str):
            raise Unauthenticated("The identity provider's answer does not say who signed in.")
        return token

    def _credentials(self, methods: object) -> tuple[httpx2.BasicAuth | None, dict[str, str]]:
        """How Assay shows who it is: in a header, or in the form where the provider reads no header."""
        secret = self._secret.get_secret_value() if self._secret else None
        if secret and (not isinstance(methods, list) or "client_secret_basic" in methods):
            return httpx2.BasicAuth(quote(self._client_id, ""), quote(secret, "")), {}
        return None, {"client_id": self._client_id} | ({"client_secret": secret} if secret else {})

    def _proved(self, token: str, keys: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        """The claims of an ID token, once signature, issuer, audience, time and nonce are as they must be."""
        from joserfc import jwk, jwt  # an extra
        from joserfc.errors import JoseError

        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            shown = jwk.KeySet.import_key_set(cast(Any, dict(keys)))  # it says itself what is wrong with them
            claims = jwt.decode(token, shown, algorithms=SIGNATURES).claims
            rules.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Unauthenticated(
                f"The identity provider's answer does not prove who signed in ({type(error).__name__}). {AGAIN}"
            ) from None
        if _party(claims) != self._client_id or not _is_subject(claims["sub"]):
            raise Unauthenticated("The identity provider's answer is meant for another application.")
        return claims


def _party(claims: Mapping[str, Any]) -> object:
    """Whom a token was made for. Where several may read it, it must say so itself (OpenID Connect Core, 3.1.3.7)."""
    audiences = [claims["aud"]] if isinstance(claims["aud"], str) else claims["aud"]
    return claims.get("azp", audiences[0] if len(audiences) == 1 else None)


def _is_subject(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_SUBJECT_LENGTH and value.isprintable()


def _endpoint(metadata: Mapping[str, Any], name: str) -> str:
    try:
        _require_encryption(str(metadata.get(name, "")), name)
    except InvalidInput as error:
        raise Unavailable(f"The identity provider cannot be used: {error}") from None
    return str(metadata[name])


async def _document(client: httpx2.AsyncClient, url: str) -> Mapping[str, Any]:
    answer = await _ask(client, "GET", url)
    if answer.is_client_error:
        raise Unavailable(f"The identity provider has nothing at {urlsplit(url).path}.")
    return _read(answer)


async def _ask(client: httpx2.AsyncClient, method: str, url: str, **rest: Any) -> httpx2.Response:
    try:
        answer = await client.request(method, url, headers={"Accept": "application/json"}, **rest)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise Unavailable(f"The identity provider does not answer ({type(error).__name__}).") from None
    if not (answer.is_success or answer.is_client_error):
        raise Unavailable(f"The identity provider answers {answer.status_code}.")
    return answer


def _read(answer: httpx2.Response) -> Mapping[str, Any]:
    try:
        document = answer.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise Unavailable("The identity provider's answer is not a JSON object.")
    return document


def refused(error: str) -> Forbidden:
    """What to tell somebody whom the provider sent back without a code."""
    reason = error[:MAX_NAME_LENGTH] if error.isprintable() else "no reason"
    return Forbidden(f"The identity provider did not sign you in ({reason}).")
