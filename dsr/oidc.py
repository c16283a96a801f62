"""A small OpenID Connect relying party: code flow with PKCE, state and nonce (OpenID Connect Core 1.0, RFC 7636, RFC 9700).

joserfc checks signatures, httpx talks; what a token must say is checked here. Nothing of what a provider sends is kept:
neither tokens nor claims, and no error repeats one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

# Asymmetric only: `none` and the HMACs, which a public key could be mistaken for the secret of, are not among them.
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "ES384", "Ed25519", "EdDSA")
SKEW: Final = 30
"""Seconds that two clocks may differ."""
OLDEST: Final = 600
"""Seconds since the token was made: a sign-in takes less between the provider's page and ours."""
_TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0)
_LARGEST: Final = 512 * 1024
_KEEP: Final = 600.0
_SUBJECT: Final = 255


class ProviderDownError(Exception):
    """The provider does not answer, or answers nonsense: try later, or take another way. The message is a code."""


class NotProvenError(Exception):
    """What came back does not prove who is here. The message is a code, never a claim."""


@dataclass(frozen=True, slots=True)
class Provider:
    """What is configured about one provider; `issuer` without a trailing slash unless it calls itself with one."""

    issuer: str
    client_id: str
    client_secret: str = ""
    scopes: str = "openid email"


@dataclass(frozen=True, slots=True)
class Pending:
    """What the session remembers between leaving for the provider and coming back; good for one answer."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def fresh(cls) -> Pending:
        """Three secrets of 256 bits."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))


_documents: dict[str, tuple[float, dict[str, Any]]] = {}


def _safe(url: Any) -> str:
    """The address if secrets may go there: https, or this very machine (a test, a provider beside us)."""
    parts = urlsplit(str(url or ""))
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}):
        return str(url)
    raise ProviderDownError("address")


def _ask(method: str, url: str, **sent: Any) -> dict[str, Any]:
    """One JSON object over the network; no redirect is followed, because the answer would come from somewhere else."""
    try:
        with httpx.Client(timeout=_TIMEOUT, follow_redirects=False) as client:
            answer = client.request(method, _safe(url), **sent)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProviderDownError(type(error).__name__) from None
    if answer.status_code in {400, 401, 403} and method == "POST":
        raise NotProvenError("token_refused")
    if answer.status_code != 200 or len(answer.content) > _LARGEST:  # noqa: PLR2004
        raise ProviderDownError(f"http_{answer.status_code}")
    try:
        found = json.loads(answer.content)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderDownError("not_json")
    return found


def _document(url: str, *, at: float, again: bool = False) -> dict[str, Any]:
    """A public document of the provider, kept for ten minutes in this process; `again` asks anew."""
    kept = _documents.get(url)
    if kept and not again and at - kept[0] < _KEEP:
        return kept[1]
    found = _ask("GET", url)
    _documents[url] = (at, found)
    return found


def metadata(provider: Provider, *, now: datetime) -> dict[str, Any]:
    """What the provider says about itself; it has to call itself what we call it (mix-up of providers). ProviderDownError."""
    url = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    found = _document(url, at=now.timestamp())
    if found.get("issuer") != provider.issuer:
        raise ProviderDownError("issuer")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        _safe(found.get(name))
    return found


def leave(provider: Provider, pending: Pending, *, redirect_uri: str, now: datetime, **more: str) -> str:
    """The address at the provider to send the browser to. ProviderDownError."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(pending.verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": provider.scopes,
        "state": pending.state,
        "nonce": pending.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **more,
    }
    endpoint = str(metadata(provider, now=now)["authorization_endpoint"])
    return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"


def come_back(
    provider: Provider, pending: Pending, query: Mapping[str, str], *, redirect_uri: str, now: datetime
) -> dict[str, Any]:
    """The claims about who is here, from what the provider sent the browser back with. NotProvenError, ProviderDownError."""
    if not secrets.compare_digest(str(query.get("state", "")).encode(), pending.state.encode()):
        raise NotProvenError("state")
    if query.get("iss", provider.issuer) != provider.issuer:  # RFC 9207
        raise NotProvenError("issuer")
    if query.get("error") or not query.get("code"):
        raise NotProvenError("declined")
    known = metadata(provider, now=now)
    tokens = _exchange(provider, known, pending, str(query["code"]), redirect_uri)
    claims = _verified(provider, known, str(tokens.get("id_token", "")), now=now)
    _judge(provider, claims, nonce=pending.nonce, now=now)
    return claims | _more(known, tokens, claims)


def _exchange(
    provider: Provider, known: Mapping[str, Any], pending: Pending, code: str, redirect_uri: str
) -> dict[str, Any]:
    sent = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": pending.verifier,
    }
    asked: dict[str, Any] = {"data": sent, "headers": {"Accept": "application/json"}}
    methods = known.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if not provider.client_secret:
        sent["client_id"] = provider.client_id
    elif "client_secret_basic" in methods:
        asked["auth"] = (provider.client_id, provider.client_secret)
    else:
        sent |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
    return _ask("POST", str(known["token_endpoint"]), **asked)


def _verified(provider: Provider, known: Mapping[str, Any], token: str, *, now: datetime) -> dict[str, Any]:
    """The claims of a token signed by one of the provider's keys; its keys are asked for anew once, they change."""
    for again in (False, True):
        try:
            keys = KeySet.import_key_set(_document(str(known["jwks_uri"]), at=now.timestamp(), again=again))  # type: ignore[arg-type]
            return dict(jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims)
        except (JoseError, ValueError, KeyError, TypeError):
            continue
    raise NotProvenError("signature")


def _judge(provider: Provider, claims: Mapping[str, Any], *, nonce: str, now: datetime) -> None:
    """OpenID Connect Core 3.1.3.7: who made it, for whom, when, and for which of our questions."""
    at = now.timestamp()
    audience = claims.get("aud")
    meant = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
    exp, iat, subject = claims.get("exp"), claims.get("iat"), claims.get("sub")
    rules = {
        "issuer": claims.get("iss") == provider.issuer,
        "audience": provider.client_id in meant
        and (len(meant) == 1 or claims.get("azp") == provider.client_id)
        and claims.get("azp", provider.client_id) == provider.client_id,
        "expired": isinstance(exp, int | float) and at < exp + SKEW,
        "made": isinstance(iat, int | float) and at - OLDEST < iat < at + SKEW,
        "nonce": secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()),
        "subject": isinstance(subject, str) and 0 < len(subject) <= _SUBJECT,
    }
    for code, kept in rules.items():
        if not kept:
            raise NotProvenError(code)


def _more(known: Mapping[str, Any], tokens: Mapping[str, Any], claims: Mapping[str, Any]) -> dict[str, Any]:
    """What the provider tells beside the token, about the same subject only; nothing when it has no such page."""
    if not known.get("userinfo_endpoint") or not tokens.get("access_token"):
        return {}
    headers = {"Authorization": f"Bearer {tokens['access_token']}", "Accept": "application/json"}
    told = _ask("GET", str(known["userinfo_endpoint"]), headers=headers)
    if told.get("sub") != claims["sub"]:
        raise NotProvenError("subject")
    return {name: value for name, value in told.items() if name not in claims}
