"""What is configured about the controllers' own self-care portals: OIDC providers (DSR_OIDC) and hand-over keys (DSR_HANDOVER)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from joserfc.jwk import OctKey, OKPKey

from dsr.law.rights import IdentityLevel
from dsr.law.staffing import STAFF_ROLES
from dsr.oidc import Provider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.models import Controller

KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Outside:
    """One portal: which store its customer numbers are of, and which of its ways to sign in count as two factors."""

    store: str
    strong: frozenset[str]
    label: str
    url: str

    def level(self, claims: Mapping[str, Any]) -> IdentityLevel:
        """How sure a sign-in there makes who is here: KNOWN, and STRONG when it says that it used what is configured (I-02)."""
        amr = claims.get("amr")
        said = {str(one) for one in amr} if isinstance(amr, list) else set()
        said |= {str(claims["acr"])} if claims.get("acr") else set()
        return IdentityLevel.STRONG if said & self.strong else IdentityLevel.KNOWN


@dataclass(frozen=True, slots=True)
class OidcPortal(Outside):
    """A portal that speaks OpenID Connect; `number_claim` carries the customer number."""

    provider: Provider
    number_claim: str


@dataclass(frozen=True, slots=True)
class HandoverPortal(Outside):
    """A portal that hands over with a signed token; `keys` by key id, `issuer` as its tokens name it."""

    issuer: str
    keys: dict[str, OctKey | OKPKey]


def _text(setting: str, slug: str, row: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = row.get(name, default)
    if not isinstance(value, str) or (default is None and not value):
        raise ImproperlyConfigured(f"{setting}: {slug}: {name} is missing or no text")
    return value


def _names(setting: str, slug: str, row: Mapping[str, Any]) -> frozenset[str]:
    value = row.get("strong", [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ImproperlyConfigured(f"{setting}: {slug}: strong is a list of acr and amr values")
    return frozenset(value)


def _row(setting: str, slug: str) -> Mapping[str, Any]:
    row = getattr(settings, setting)[slug]
    if not isinstance(row, dict):
        raise ImproperlyConfigured(f"{setting}: {slug}: not a JSON object")
    return row


def oidc_portal(controller: Controller) -> OidcPortal | None:
    """The OIDC provider of a controller; None without one. ImproperlyConfigured names what is wrong, never a secret."""
    return _oidc(controller.slug) if controller.slug in settings.DSR_OIDC else None


def _oidc(slug: str) -> OidcPortal:
    name = "DSR_OIDC"
    row = _row(name, slug)
    return OidcPortal(
        store=_text(name, slug, row, "store"),
        strong=_names(name, slug, row),
        label=_text(name, slug, row, "label", ""),
        url=_text(name, slug, row, "url", ""),
        provider=Provider(
            issuer=_text(name, slug, row, "issuer"),
            client_id=_text(name, slug, row, "client_id"),
            client_secret=_text(name, slug, row, "client_secret", ""),
            scopes=_text(name, slug, row, "scopes", "openid email"),
        ),
        number_claim=_text(name, slug, row, "claim"),
    )


@dataclass(frozen=True, slots=True)
class StaffDirectory:
    """Where staff signs in (DSR_STAFF_OIDC). `trusted`: the provider always asks for two factors, whatever its tokens say."""

    provider: Provider
    strong: frozenset[str]
    trusted: bool
    label: str
    claim: str
    roles: Mapping[str, tuple[str, ...]]

    def used_a_factor(self, claims: Mapping[str, Any]) -> bool:
        """Whether this sign-in was one with two factors, by `acr`, `amr` or by trust."""
        amr = claims.get("amr")
        said = {str(one) for one in amr} if isinstance(amr, list) else set()
        said |= {str(claims["acr"])} if claims.get("acr") else set()
        return self.trusted or bool(said & self.strong)

    def roles_of(self, claims: Mapping[str, Any]) -> list[str] | None:
        """The roles that the groups in the claim stand for, in order; None where roles are given at the desk."""
        if not self.claim:
            return None
        value = claims.get(self.claim)
        groups = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return sorted({role for group in groups for role in self.roles.get(str(group), ())})


def staff_directory(controller: Controller) -> StaffDirectory | None:
    """Where the staff of a controller signs in; None without one. ImproperlyConfigured names what is wrong, never a secret."""
    return _directory(controller.slug) if controller.slug in settings.DSR_STAFF_OIDC else None


def _directory(slug: str) -> StaffDirectory:
    name = "DSR_STAFF_OIDC"
    row = _row(name, slug)
    roles, trusted, claim = row.get("roles", {}), row.get("trusted", False), _text(name, slug, row, "claim", "")
    known = {role.value for role in STAFF_ROLES}
    fits = isinstance(roles, dict) and all(isinstance(one, list) and set(one) <= known for one in roles.values())
    if not fits or bool(claim) != bool(roles):
        raise ImproperlyConfigured(
            f"{name}: {slug}: claim and roles belong together; roles names for each group a list of: {', '.join(sorted(known))}"
        )
    if not isinstance(trusted, bool):
        raise ImproperlyConfigured(f"{name}: {slug}: trusted is true or false")
    return StaffDirectory(
        provider=Provider(
            issuer=_text(name, slug, row, "issuer"),
            client_id=_text(name, slug, row, "client_id"),
            client_secret=_text(name, slug, row, "client_secret", ""),
            scopes=_text(name, slug, row, "scopes", "openid email"),
        ),
        strong=_names(name, slug, row),
        trusted=trusted,
        label=_text(name, slug, row, "label", ""),
        claim=claim,
        roles={str(group): tuple(one) for group, one in roles.items()},
    )


def handover_portal(controller: Controller) -> HandoverPortal | None:
    """The hand-over keys of a controller; None without any. ImproperlyConfigured as above."""
    return _handover(controller.slug) if controller.slug in settings.DSR_HANDOVER else None


def _handover(slug: str) -> HandoverPortal:
    name = "DSR_HANDOVER"
    row = _row(name, slug)
    keys = row.get("keys")
    if not isinstance(keys, dict) or not keys:
        raise ImproperlyConfigured(f'{name}: {slug}: keys is an object like {{"k1": "hmac:<base64>"}}')
    return HandoverPortal(
        store=_text(name, slug, row, "store"),
        strong=_names(name, slug, row),
        label=_text(name, slug, row, "label", ""),
        url=_text(name, slug, row, "url", ""),
        issuer=_text(name, slug, row, "issuer"),
        keys={str(key_id): _key(slug, str(key_id), text) for key_id, text in keys.items()},
    )


def check_settings() -> None:
    """Read all of it, as the start does (dsr.E013). ImproperlyConfigured names what is wrong."""
    for slug in settings.DSR_OIDC:
        _oidc(slug)
    for slug in settings.DSR_STAFF_OIDC:
        _directory(slug)
    for slug in settings.DSR_HANDOVER:
        _handover(slug)


def _key(slug: str, key_id: str, text: Any) -> OctKey | OKPKey:
    """`hmac:<base64 of 32 bytes or more>` or `ed25519:<base64 of the 32 bytes of the public key>`."""
    kind, _colon, encoded = str(text).partition(":")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raw = b""
    if kind == "hmac" and len(raw) >= KEY_BYTES:
        return OctKey.import_key(raw)
    if kind == "ed25519" and len(raw) == KEY_BYTES:
        public = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": public})
    raise ImproperlyConfigured(
        f"DSR_HANDOVER: {slug}: key {key_id} must be hmac: or ed25519: and base64 of {KEY_BYTES} bytes"
    )
