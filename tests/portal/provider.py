"""An OpenID provider on loopback: real HTTP, RS256, one code at a time; `lies` changes what its tokens say."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "dsr-desk", "not a secret"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@functools.cache
def _keys() -> tuple[RSAKey, RSAKey]:
    """Made once a process: they take a while."""
    return tuple(RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}) for _ in range(2))  # type: ignore[return-value]


@dataclass
class Provider:
    """`claims` go into the ID token, `lies` over them (None removes one); `sign` is rs256, none, hmac or other."""

    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "u-1", "customer": "10000042"})
    lies: dict[str, Any] = field(default_factory=dict)
    sign: str = "rs256"
    down: bool = False
    calls_itself: str = ""
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.key, self.other = _keys()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.answer(self, {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                provider.answer(self, {k: v[0] for k, v in parse_qs(body).items()})

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        path = urlsplit(handler.path).path
        self.seen.append((path, form))
        found = None if self.down else self._found(path, form)
        body = json.dumps(found or {}).encode()
        handler.send_response(200 if found else 503 if self.down else 400)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def _found(self, path: str, form: dict[str, str]) -> dict[str, Any] | None:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.calls_itself or self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        if path == "/keys":
            return {"keys": [self.key.as_dict(private=False)]}
        return self._token(form) if path == "/token" else None

    def _token(self, form: dict[str, str]) -> dict[str, Any] | None:
        proof = b64(hashlib.sha256(form["code_verifier"].encode()).digest())
        if form["code"] != "good" or proof != self.asked["code_challenge"]:
            return None
        now = int(time.time())
        said = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": self.asked["nonce"]}
        said = {name: value for name, value in {**said, **self.claims, **self.lies}.items() if value is not None}
        return {"access_token": "a", "token_type": "Bearer", "id_token": self._signed(said)}

    def _signed(self, said: dict[str, Any]) -> str:
        if self.sign == "none":
            return ".".join((b64(json.dumps({"alg": "none"}).encode()), b64(json.dumps(said).encode()), ""))
        if self.sign == "hmac":  # the public key taken for a secret (CVE-2015-9256 and its relatives)
            text = f"{b64(json.dumps({'alg': 'HS256', 'kid': 'one'}).encode())}.{b64(json.dumps(said).encode())}"
            return f"{text}.{b64(hmac.digest(self.key.as_pem(private=False), text.encode(), 'sha256'))}"
        key = self.other if self.sign == "other" else self.key
        return jwt.encode({"alg": "RS256", "kid": "one"}, said, key)

    def go(self, client: Any, path: str = "/account/oidc/go/") -> str:
        """What a browser does at the provider: remember what was asked, come back with a code."""
        away = client.get(path).headers["Location"]
        assert away.startswith(f"{self.issuer}/authorize?"), away
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(away).query).items()}
        back = urlsplit(self.asked["redirect_uri"])
        return f"{back.path}?code=good&state={self.asked['state']}"
