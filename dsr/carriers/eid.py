"""Electronic identities: a small protocol, and one adapter for gateways that speak OpenID Connect (docs/identity.md).

National eIDs and wallets sit behind such gateways. What they vouch for is a name, a date of birth, an address; that alone
identifies no customer (I-03). So claims prove something by themselves only where they carry an identifier that the store
holds as well; everything else is compared by a person, and gone with her decision (I-04).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from dsr import oidc

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dsr.models import Controller

LONGEST: Final = 200
_KNOWN: Final = frozenset({"issuer", "client_id", "client_secret", "scopes", "label", "store", "claims"})
# Which claim says what, where the configuration does not say otherwise (OpenID Connect Core 5.1).
_STANDARD: Final[Mapping[str, str]] = {
    "name": "name",
    "birth_date": "birthdate",
    "address": "address",
    "email": "email",
    "phone": "phone_number",
    "customer_number": "",
}


class Service(Protocol):
    """What vouches for a person. Errors are dsr.oidc.ProviderDownError and dsr.oidc.NotProvenError: codes, never a claim."""

    @property
    def store(self) -> str:
        """Whose customer numbers its claims name, and with whose records they are compared."""
        ...

    def start(self, *, back: str, now: datetime) -> tuple[str, dict[str, str]]:
        """Where to send the browser, and what the session has to remember until it is `back`."""
        ...

    def finish(
        self, remembered: Mapping[str, str], query: Mapping[str, str], *, back: str, now: datetime
    ) -> dict[str, str]:
        """What it vouches for: name, birth_date, address, email, phone, customer_number, as far as it says so."""
        ...


@dataclass(frozen=True, slots=True)
class OidcService:
    """A gateway that speaks OpenID Connect."""

    provider: oidc.Provider
    store: str
    claims: Mapping[str, str]

    def start(self, *, back: str, now: datetime) -> tuple[str, dict[str, str]]:
        pending = oidc.Pending.fresh()
        return oidc.leave(self.provider, pending, redirect_uri=back, now=now), asdict(pending)

    def finish(
        self, remembered: Mapping[str, str], query: Mapping[str, str], *, back: str, now: datetime
    ) -> dict[str, str]:
        pending = oidc.Pending(**remembered)
        told = oidc.come_back(self.provider, pending, query, redirect_uri=back, now=now)
        said = {name: _text(told.get(claim)) for name, claim in self.claims.items() if claim}
        # An address or number that the gateway has not verified itself is only what somebody typed there.
        for name, sure in (("email", "email_verified"), ("phone", "phone_number_verified")):
            if told.get(sure) is not True:
                said.pop(name, None)
        return {name: value for name, value in said.items() if value}


def _text(value: Any) -> str:
    if isinstance(value, dict):  # OpenID Connect Core 5.1.1
        parts = (
            [value.get("formatted")]
            if value.get("formatted")
            else [value.get("street_address"), value.get("postal_code"), value.get("locality")]
        )
        value = ", ".join(str(part) for part in parts if part)
    return " ".join(str(value).split())[:LONGEST] if isinstance(value, (str, int)) else ""


def check_settings() -> None:
    """ImproperlyConfigured when an entry of DSR_EID is not whole; its text names the controller."""
    for slug in settings.DSR_EID:
        _row(str(slug))


def _row(slug: str) -> dict[str, Any]:
    row = settings.DSR_EID.get(slug, {})
    if not isinstance(row, dict) or (row and not {"issuer", "client_id", "store", "label"} <= set(row) <= _KNOWN):
        raise ImproperlyConfigured(f"DSR_EID: {slug} needs issuer, client_id, store and label; see docs/identity.md")
    return row


def service_of(controller: Controller) -> Service | None:
    """The service of a controller; None when none is configured, and the way is not offered."""
    row = _row(controller.slug)
    if not row:
        return None
    chosen = {name: str(row[name]) for name in ("issuer", "client_id", "client_secret", "scopes") if name in row}
    provider = oidc.Provider(**({"scopes": "openid profile"} | chosen))
    return OidcService(provider, str(row["store"]), {**_STANDARD, **row.get("claims", {})})


def label(controller: Controller, language: str) -> str:
    """How people call the service, in their language or English."""
    given = _row(controller.slug).get("label", "")
    if isinstance(given, dict):
        return str(given.get(language.partition("-")[0]) or given.get("en") or "")
    return str(given)
