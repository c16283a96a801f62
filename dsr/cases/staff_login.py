"""Which colleague a staff directory means (OpenID Connect), and what it says about her roles."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from dsr.cases import actors, staffing
from dsr.cases.perform import RefusedError
from dsr.models import Kind, OutsideLogin, User
from dsr.vault import blind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dsr.models import Controller
    from dsr.outside import StaffDirectory

_SOURCE = OutsideLogin.Source.OIDC


def _index(issuer: str, subject: str) -> tuple[str, str]:
    return f"staff login:{issuer}", hashlib.sha256(subject.encode()).hexdigest()


def known_as(
    *, controller: Controller, directory: StaffDirectory, claims: Mapping[str, Any], now: datetime
) -> User | None:
    """The active colleague that the directory calls so; None when nobody invited her.

    The first time she is known by her verified address, and from then on by what the directory calls her: an address that is
    given to somebody else later opens nothing. `claims` have been verified (dsr.oidc.come_back).
    """
    issuer, subject = directory.provider.issuer, str(claims["sub"])
    tokens = blind.tokens(controller.slug, *_index(issuer, subject))
    named = OutsideLogin.objects.of(controller).filter(source=_SOURCE, token__in=tokens, user__kind=Kind.STAFF)
    found = named.select_related("user__controller").first()
    if found is not None:
        return found.user if found.user.is_active else None
    if claims.get("email_verified") is not True or not isinstance(claims.get("email"), str):
        return None
    handle = User.handle_for(controller.pk, Kind.STAFF, claims["email"])
    user = User.objects.filter(handle=handle, is_active=True).select_related("controller").first()
    if user is None or user.outside_logins.filter(source=_SOURCE).exists():
        return None
    row = OutsideLogin(controller=controller, user=user, source=_SOURCE, created_at=now)
    row.token = blind.token(controller.slug, *_index(issuer, subject))
    row.put({"issuer": issuer, "subject": subject})
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return None
    return user


def take_over_roles(*, user: User, directory: StaffDirectory, claims: Mapping[str, Any], now: datetime) -> None:
    """Give the colleague the roles the directory says, where it is configured to say any; an event like any other change.

    What the tables of roles refuse (a conflict, the last lead) leaves her roles as they are: who manages people settles it.
    """
    wanted = directory.roles_of(claims)
    if wanted is None or set(wanted) == set(user.roles):
        return
    try:
        staffing.set_roles(user_id=user.pk, roles=wanted, actor=actors.SYSTEM, now=now)
    except RefusedError:
        return
    user.refresh_from_db()
