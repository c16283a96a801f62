"""Accounts that come from the controller's own self-care portal: found by what it calls them, made on first use, joined on proof.

The portal vouches for the customer number and nothing else. An address it names never opens an account that stands here
already: whoever wants both in one signs in to that account first (house.md "Sign-in").
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from dsr.cases import identity, notices
from dsr.cases.perform import ConflictError
from dsr.models import Kind, OutsideLogin, SpentToken, User
from dsr.vault import blind

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.models import Controller

# The longest address a mail can go to (RFC 5321); what a portal says beyond that is no address.
MAX_ADDRESS: Final = 254


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a portal said: who (`issuer` and `subject`), which customer number of which store, how sure (`level`), which address."""

    source: str
    issuer: str
    subject: str
    store: str
    customer_number: str
    level: int
    email: str = ""
    email_verified: bool = False


def index_of(source: str, issuer: str, subject: str) -> tuple[str, str]:
    """Kind and value for the blind index. The index folds case and accents, and two subjects may differ by just that."""
    return f"outside login:{source}:{issuer}", hashlib.sha256(subject.encode()).hexdigest()


def known_as(*, controller: Controller, vouched: Vouched) -> User | None:
    """The account that this portal calls so; None when it comes for the first time."""
    tokens = blind.tokens(controller.slug, *index_of(vouched.source, vouched.issuer, vouched.subject))
    rows = OutsideLogin.objects.of(controller).filter(source=vouched.source, token__in=tokens)
    found: OutsideLogin | None = rows.select_related("user__controller").first()
    return found.user if found else None


def local_account(*, controller: Controller, vouched: Vouched) -> User | None:
    """A subscriber's account that has the vouched address already; None without a verified address or such an account."""
    if not vouched.email or not vouched.email_verified or len(vouched.email) > MAX_ADDRESS:
        return None
    return User.objects.filter(handle=User.handle_for(controller.pk, Kind.SUBSCRIBER, vouched.email)).first()


@transaction.atomic
def open_account(*, controller: Controller, vouched: Vouched, now: datetime) -> User:
    """Make the account of somebody who comes for the first time: no password, and her address only if the portal verified it
    and nobody has it here. ConflictError: she came twice in one moment; look again.
    """
    fits = vouched.email_verified and len(vouched.email) <= MAX_ADDRESS
    free = fits and local_account(controller=controller, vouched=vouched) is None
    user = User(controller=controller, kind=Kind.SUBSCRIBER, email=vouched.email if free else "")
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            _name(user, vouched, now)
    except IntegrityError:
        raise ConflictError from None
    if user.email:
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    prove(user=user, vouched=vouched, now=now)
    return user


def _name(user: User, vouched: Vouched, now: datetime) -> None:
    token = blind.token(user.controller.slug, *index_of(vouched.source, vouched.issuer, vouched.subject))
    row = OutsideLogin(controller=user.controller, user=user, source=vouched.source, token=token, created_at=now)
    row.put({"issuer": vouched.issuer, "subject": vouched.subject})
    row.save(force_insert=True)


@transaction.atomic
def join(*, user: User, vouched: Vouched, now: datetime) -> None:
    """Let the portal open this account from now on, and link the number; its owner is told by mail.

    The caller has made sure that her owner is here (a fresh sign-in). ConflictError: it opens an account already.
    """
    if known_as(controller=user.controller, vouched=vouched) is not None:
        raise ConflictError
    try:
        with transaction.atomic():
            _name(user, vouched, now)
    except IntegrityError:
        raise ConflictError from None
    prove(user=user, vouched=vouched, now=now)
    notices.to_account(user=user, what="outside_joined", now=now)


def prove(*, user: User, vouched: Vouched, now: datetime) -> None:
    """Link the vouched customer number to the account (I-02): each sign-in from the portal proves it anew."""
    identity.link(
        user=user,
        store=vouched.store,
        customer_number=vouched.customer_number,
        contact="",
        method=vouched.source,
        level=vouched.level,
        now=now,
    )


def known_at(user: User) -> list[tuple[str, datetime]]:
    """From which portals this account can be opened, and since when: (source, moment)."""
    return list(user.outside_logins.order_by("created_at").values_list("source", "created_at"))


def forget_tokens(*, now: datetime, limit: int) -> int:
    """Delete the marks of used hand-over tokens that nobody could show again; returns how many."""
    rows = SpentToken.objects.filter(expires_at__lt=now).order_by("expires_at")
    old = list(rows.values_list("pk", flat=True)[:limit])
    return int(SpentToken.objects.filter(pk__in=old).delete()[0])
