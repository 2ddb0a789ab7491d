"""An identity provider on loopback: discovery, keys, codes and signed ID tokens, and what a test lets it get wrong."""

import base64
import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from joserfc import jwk, jwt
from tests.web.real_socket import listening

CLIENT_ID = "assay"
CLIENT_SECRET = "a secret: with/odd characters"
KEY = jwk.RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
ANOTHER_KEY = jwk.RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})


@dataclass
class IdentityProvider:
    """`claims`: what it says of whoever signs in; None takes a claim away. `signs_with` another key than it shows."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: {"email": "ana@example.com", "email_verified": True})
    signs_with: Any = field(default_factory=lambda: KEY)
    algorithm: str = "RS256"
    metadata: dict[str, Any] = field(default_factory=dict)
    token: str | None = None
    """In place of what it would sign."""
    status: int = 200
    asked: dict[str, str] = field(default_factory=dict)
    """What Assay wanted at the last sign-in."""
    uses: int = 0

    def authorize(self, address: str) -> dict[str, str]:
        """The person agrees: what the browser brings back."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        return {"code": "a code", "state": self.asked["state"]}

    def _document(self) -> dict[str, Any]:
        endpoints = {
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }
        return {"issuer": self.url, **endpoints, **self.metadata}

    def _signed(self) -> str:
        now = int(time.time())
        usual = {"iss": self.url, "aud": CLIENT_ID, "sub": "ana", "iat": now, "exp": now + 300}
        claims = {**usual, "nonce": self.asked["nonce"], **self.claims}
        told = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": "one"}
        return jwt.encode(header, told, self.signs_with, algorithms=[self.algorithm])

    def _may_have_it(self, request: Request, form: dict[str, str]) -> bool:
        """Once, for the code, by the application that asked, with the verifier of its challenge."""
        digest = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        given = (form["code"], digest, form["redirect_uri"])
        wanted = ("a code", self.asked.get("code_challenge"), self.asked.get("redirect_uri"))
        return self._proves_itself(request, form) and given == wanted and self.uses == 0

    def _proves_itself(self, request: Request, form: dict[str, str]) -> bool:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            name, _, secret = base64.b64decode(given).decode().partition(":")
            return (unquote(name), unquote(secret)) == (CLIENT_ID, CLIENT_SECRET)
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        def configuration() -> JSONResponse:
            return JSONResponse(self._document(), self.status)

        @app.get("/keys")
        def keys() -> dict[str, Any]:
            return {"keys": [KEY.as_dict(private=False)]}

        @app.post("/token")
        async def token(request: Request) -> JSONResponse:
            form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
            if not self._may_have_it(request, form):
                return JSONResponse({"error": "invalid_grant"}, 400)
            self.uses += 1
            return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": self.token or self._signed()})

        return app


@contextmanager
def identity_provider(**changes: Any) -> Iterator[IdentityProvider]:
    provider = IdentityProvider(**changes)
    with listening(provider.app()) as url:
        provider.url = url
        yield provider
