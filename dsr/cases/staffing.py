"""Colleagues: invited by mail, given roles, teams and languages, closed. Each change is an event of the set-up (rules 4.3, 4.4).

Nobody changes her own roles, nobody holds two roles that exclude each other, and the last lead or administrator stays. Whoever's
roles change is signed out everywhere: what a page showed her before is not hers any more.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.db.models import F

from dsr.addresses import base_url
from dsr.cases import actors, notices
from dsr.cases.duties import Duty
from dsr.cases.outbox import INVITED
from dsr.cases.perform import ConflictError, RefusedError, assign, insist
from dsr.cases.setup import differences, record_setup
from dsr.law.staffing import KEPT, STAFF_ROLES, conflict
from dsr.law.workflow import OPEN, Refusal, Role
from dsr.models import Case, Controller, Kind, StaffInvitation, StaffSession, User

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import RowId

INVITATION: Final = timedelta(days=7)
"""How long the link of an invitation works."""
_SAID: Final = ("roles", "teams", "languages")


def _insist(actor: Actor, user: User | None = None) -> None:
    """Whoever manages people (4.3), never about herself; a directory that says roles acts as the system."""
    if actor == actors.SYSTEM:
        return
    insist(actor, Duty.PEOPLE)
    if user is not None and actor.id == str(user.pk):
        raise RefusedError(Refusal("own_account", {}))


def _colleague(user_id: RowId, controller: Controller) -> User:
    """The row, and the controller's row locked: two who take away each other's last role come one after the other."""
    Controller.objects.select_for_update().get(pk=controller.pk)
    return User.objects.select_related("controller").get(pk=user_id, kind=Kind.STAFF, controller=controller)


def _controller_of(user_id: RowId) -> Controller:
    return User.objects.select_related("controller").get(pk=user_id, kind=Kind.STAFF).controller


def _checked(roles: Iterable[str]) -> list[str]:
    """The roles in order. RefusedError: none, one nobody can hold, or two that exclude each other (4.3, Art. 38(6))."""
    wanted = {Role(role) for role in roles}
    if not wanted:
        raise RefusedError(Refusal("roles_missing", {}))
    if wanted - STAFF_ROLES:
        raise RefusedError(Refusal("roles_unknown", {}))
    if two := conflict(wanted):
        raise RefusedError(Refusal("roles_conflict", {"one": two[0].value, "other": two[1].value}))
    return [role.value for role in Role if role in wanted]


def _last_of(user: User, kept: Iterable[str]) -> None:
    """RefusedError when the colleague is the last who holds a role that `kept` does not have any more."""
    others = User.objects.in_scope(controller=user.controller, kind=Kind.STAFF).filter(is_active=True)
    held = {role for row in others.exclude(pk=user.pk).values_list("roles", flat=True) for role in row}
    for role in KEPT:
        if user.is_active and role in user.roles and role not in kept and role not in held:
            raise RefusedError(Refusal("last_of_role", {"role": role.value}))


def _sign_out(user: User, now: datetime) -> None:
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    StaffSession.objects.filter(user=user, ended_at__isnull=True).update(ended_at=now)


def _record(user: User, kind: str, actor: Actor, now: datetime, **data: Any) -> None:
    record_setup(controller=user.controller, kind=kind, actor=actor, now=now, data={"colleague": str(user.pk), **data})


@transaction.atomic
def invite(
    *,
    controller: Controller,
    email: str,
    name: str,
    roles: Sequence[str],
    actor: Actor,
    now: datetime,
    teams: Sequence[str] = (),
    languages: Sequence[str] = (),
) -> tuple[User, str]:
    """Make a closed account and the token of the link that opens it; the mail with the link is queued. RefusedError for an
    address that has an account here.
    """
    _insist(actor)
    user = User(controller=controller, kind=Kind.STAFF, email=email.strip(), display_name=name.strip(), is_active=False)
    user.roles, user.teams, user.languages = _checked(roles), list(teams), list(languages)
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise RefusedError(Refusal("address_taken", {})) from None
    token = _invitation(user, now)
    _record(user, "colleague_invited", actor, now, roles=user.roles, teams=user.teams, languages=user.languages)
    return user, token


def _invitation(user: User, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    StaffInvitation.objects.filter(user=user, used_at__isnull=True).delete()
    StaffInvitation.objects.create(
        controller=user.controller,
        user=user,
        digest=hashlib.sha256(token.encode()).hexdigest(),
        created_at=now,
        expires_at=now + INVITATION,
    )
    notices.to_staff(
        user=user, kind=INVITED, now=now, context={"link": link_of(user.controller, token), "days": INVITATION.days}
    )
    return token


def link_of(controller: Controller, token: str) -> str:
    """The address that an invited colleague opens."""
    return f"{base_url(controller)}/desk/account/welcome/{token}/"


@transaction.atomic
def invite_again(*, user_id: RowId, actor: Actor, now: datetime) -> str:
    """Another link to an account nobody has opened yet; the older one does not work any more."""
    user = _colleague(user_id, _controller_of(user_id))
    _insist(actor, user)
    if user.is_active or user.has_usable_password() or not user.invitations.filter(used_at__isnull=True).exists():
        raise RefusedError(Refusal("not_invited", {}))
    token = _invitation(user, now)
    _record(user, "colleague_invited_again", actor, now)
    return token


def invitation(*, controller: Controller, token: str, now: datetime) -> StaffInvitation | None:
    """The living invitation of this token at this controller, or None: used, too old, replaced, or of another brand."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    rows = StaffInvitation.objects.of(controller).filter(digest=digest, used_at__isnull=True, expires_at__gt=now)
    found: StaffInvitation | None = rows.select_related("user__controller").first()
    return found


@transaction.atomic
def accept(*, invited: StaffInvitation, password: str, now: datetime) -> User:
    """Open the account with the password its owner chose (validated by the caller). ConflictError: the link was used meanwhile."""
    if not StaffInvitation.objects.filter(pk=invited.pk, used_at__isnull=True).update(used_at=now):
        raise ConflictError
    user = invited.user
    user.set_password(password)
    user.is_active = True
    user.save()
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    _record(user, "colleague_arrived", actors.staff(user), now)
    return user


@transaction.atomic
def set_roles(*, user_id: RowId, roles: Sequence[str], actor: Actor, now: datetime) -> User:
    """Give a colleague other roles; she is signed out everywhere and told by mail. RefusedError as the module says."""
    user = _colleague(user_id, _controller_of(user_id))
    _insist(actor, user)
    wanted = _checked(roles)
    if set(wanted) == set(user.roles):
        return user
    _last_of(user, wanted)
    changes = differences({"roles": user.roles}, {"roles": wanted})
    user.roles = wanted
    user.save(update_fields=["roles"])
    _sign_out(user, now)
    notices.to_staff(user=user, kind="changed", now=now, context={"what": "roles"})
    _record(user, "colleague_roles_changed", actor, now, changes=changes)
    return user


@transaction.atomic
def set_details(
    *, user_id: RowId, name: str, teams: Sequence[str], languages: Sequence[str], actor: Actor, now: datetime
) -> User:
    """Name, teams (slugs) and languages (codes) of a colleague. Her own she leaves to others as well: work is given by them."""
    user = _colleague(user_id, _controller_of(user_id))
    _insist(actor, user)
    before: Mapping[str, Any] = {"teams": user.teams, "languages": user.languages}
    changes = differences(before, {"teams": list(teams), "languages": list(languages)})
    if not changes and user.display_name == name.strip():
        return user
    user.display_name, user.teams, user.languages = name.strip(), list(teams), list(languages)
    user.save(update_fields=["display_name", "teams", "languages"])
    _record(user, "colleague_changed", actor, now, changes=changes)
    return user


def open_cases(user: User) -> int:
    """How many open cases are assigned to this colleague."""
    return Case.objects.of(user.controller).filter(assignee=user, state__in=[state.value for state in OPEN]).count()


@transaction.atomic
def close(*, user_id: RowId, hand_to: User | None, actor: Actor, now: datetime) -> int:
    """Close a colleague's account: she is signed out everywhere, and her open cases go to `hand_to`, or to nobody. Returns how
    many cases that were. RefusedError as the module says, and for a stand-in who is not an active colleague of the same controller.
    """
    user = _colleague(user_id, _controller_of(user_id))
    _insist(actor, user)
    _last_of(user, ())
    if hand_to is not None and (
        hand_to.pk == user.pk or not hand_to.is_active or hand_to.controller_id != user.controller_id
    ):
        raise RefusedError(Refusal("stand_in_unknown", {}))
    user.is_active = False
    user.save(update_fields=["is_active"])
    StaffInvitation.objects.filter(user=user, used_at__isnull=True).delete()
    _sign_out(user, now)
    mine = Case.objects.of(user.controller).filter(assignee=user, state__in=[state.value for state in OPEN])
    ids = list(mine.order_by("received_on", "pk").values_list("pk", flat=True))
    for case_id in ids:
        assign(case_id=case_id, to=hand_to, actor=actors.HANDS_OVER, now=now)
    _record(user, "colleague_closed", actor, now, handed_over=len(ids), handed_to=str(hand_to.pk) if hand_to else "")
    return len(ids)


@transaction.atomic
def reopen(*, user_id: RowId, actor: Actor, now: datetime) -> User:
    """Open a closed account again, with the roles it had; its owner chooses a new password by mail."""
    user = _colleague(user_id, _controller_of(user_id))
    _insist(actor, user)
    if user.is_active or not EmailAddress.objects.filter(user=user, verified=True).exists():
        raise RefusedError(Refusal("not_closed", {}))
    _checked(user.roles)
    user.is_active = True
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    notices.to_staff(user=user, kind="changed", now=now, context={"what": "reopened"})
    _record(user, "colleague_reopened", actor, now)
    return user


@transaction.atomic
def reset_factor(*, user_id: RowId, actor: Actor, now: datetime) -> User:
    """Take away the second factors of a colleague who lost them; never one's own, so that it takes two. She is told by mail."""
    user = _colleague(user_id, _controller_of(user_id))
    _insist(actor, user)
    gone, _by_model = Authenticator.objects.filter(user=user).delete()
    _sign_out(user, now)
    notices.to_staff(user=user, kind="changed", now=now, context={"what": "factor"})
    _record(user, "colleague_factor_reset", actor, now, factors=gone)
    return user
