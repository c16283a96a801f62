"""One-time codes: eight digits, thirty minutes, five tries, hashed at rest (ux.md 1.6; rules.md I-01, I-02, I-07).

A code to a contact somebody *gave* opens their own words and messages; a code to the contact *on file* proves the link
to a customer number. Nothing found in a store is ever shown before that.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from dsr.models import Controller, OneTimeCode, Request, User
from dsr.work import wake

if TYPE_CHECKING:
    from django.db.models import QuerySet

DIGITS = 8
GROUP = 4
# References are running numbers: whoever knows one must not be able to use the tries of the letter up. The first group of
# a letter's code names the letter, and only who knows it has tries at the eight digits that open.
NAMING_DIGITS = GROUP
LETTER_DIGITS = NAMING_DIGITS + DIGITS
LIFETIME = timedelta(minutes=30)
TRIES = 5
MAX_PER_HOUR = 6


class TooManyCodesError(Exception):
    """More codes were asked for than a person needs in an hour; the page offers the other ways."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of an entered code: ok, or why not and how many tries are left."""

    status: str  # ok, wrong, expired, locked
    tries_left: int = 0


def make(
    *,
    controller: Controller,
    purpose: str,
    content: dict[str, Any],
    now: datetime,
    user: User | None = None,
    request: Request | None = None,
) -> OneTimeCode:
    """Make a code for an account or a request; a job fills in the digits and sends them, so they are nowhere at rest.

    `content` says where it goes (`to`) or where to look that up (`store`, `customer_number`). Earlier codes of the same
    purpose end here. TooManyCodesError above MAX_PER_HOUR.
    """
    with transaction.atomic():
        mine = OneTimeCode.objects.of(controller).filter(purpose=purpose, user=user, request=request)
        if mine.filter(created_at__gt=now - timedelta(hours=1)).count() >= MAX_PER_HOUR:
            raise TooManyCodesError
        mine.filter(used_at__isnull=True, expires_at__gt=now).update(expires_at=now)
        code = OneTimeCode(
            controller=controller,
            purpose=purpose,
            user=user,
            request=request,
            created_at=now,
            expires_at=now + LIFETIME,
            attempts_left=TRIES,
        )
        code.put(content)
        code.save(force_insert=True)
        wake.nudge("dsr.work.jobs.send_code", str(code.pk))
    return code


def unsent(now: datetime) -> QuerySet[OneTimeCode]:
    """Codes still to be sent and still worth sending."""
    return OneTimeCode.objects.filter(sent_at__isnull=True, used_at__isnull=True, expires_at__gt=now)


def draw(*, code: OneTimeCode, first: str = "") -> str:
    """Draw fresh digits for a code that is about to be sent, after `first`; only their keyed hash is stored."""
    drawn = f"{first}{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    OneTimeCode.objects.filter(pk=code.pk).update(digest=_digest(code, drawn))
    return drawn


def for_letter(*, request: Request, expires_at: datetime, now: datetime) -> str:
    """Draw a code that leaves on paper: the caller prints the digits, only their keyed hash is stored.

    Earlier codes of letters of this request end here. TooManyCodesError above MAX_PER_HOUR.
    """
    mine = OneTimeCode.objects.of(request.controller).filter(purpose=OneTimeCode.Purpose.POST, request=request)
    if mine.filter(created_at__gt=now - timedelta(hours=1)).count() >= MAX_PER_HOUR:
        raise TooManyCodesError
    end(purpose=OneTimeCode.Purpose.POST, request=request, now=now)
    code = OneTimeCode(
        controller=request.controller,
        purpose=OneTimeCode.Purpose.POST,
        request=request,
        created_at=now,
        sent_at=now,
        expires_at=expires_at,
        attempts_left=TRIES,
    )
    code.put({})
    code.save(force_insert=True)
    return draw(code=code, first=_naming(code))


def names(*, code: OneTimeCode, entered: str) -> bool:
    """Whether what was typed begins like the code of this letter: whoever typed it has the letter, or luck."""
    return hmac.compare_digest(_digits(entered)[:NAMING_DIGITS], _naming(code))


def _naming(code: OneTimeCode) -> str:
    """The first group of a letter's code: of no use without the row's key, and stored nowhere."""
    drawn = hmac.new(code.vault_key(), f"{code.pk}:letter".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(drawn) % 10**NAMING_DIGITS:0{NAMING_DIGITS}d}"


def _digits(entered: str) -> str:
    return "".join(character for character in entered if character in "0123456789")


def end(*, purpose: str, request: Request, now: datetime) -> None:
    """Codes of this purpose open nothing any more."""
    rows = OneTimeCode.objects.of(request.controller).filter(purpose=purpose, request=request, expires_at__gt=now)
    rows.update(expires_at=now)


def check(*, code: OneTimeCode, entered: str, now: datetime, once: bool = True) -> Checked:
    """Compare what was typed (blanks and hyphens do not matter); each try is claimed before it is judged.

    The right code works once, or until it ends when `once` is False. `expired`: ask for a new one. `locked`: the tries
    are used up.
    """
    if code.used_at is not None or now >= code.expires_at:
        return Checked("expired")
    claimed = OneTimeCode.objects.filter(pk=code.pk, used_at__isnull=True, attempts_left__gt=0)
    if not claimed.update(attempts_left=F("attempts_left") - 1):
        return Checked("locked")
    code.refresh_from_db()
    digits = _digits(entered)
    if not code.digest or not hmac.compare_digest(code.digest, _digest(code, digits)):
        return Checked("wrong" if code.attempts_left else "locked", code.attempts_left)
    if not once:
        OneTimeCode.objects.filter(pk=code.pk).update(attempts_left=TRIES)
    elif not OneTimeCode.objects.filter(pk=code.pk, used_at__isnull=True).update(used_at=now):
        return Checked("expired")
    return Checked("ok")


def newest(
    *, controller: Controller, purpose: str, user: User | None = None, request: Request | None = None
) -> OneTimeCode | None:
    """The last code made for this purpose, used or not; of two made in one instant the one that was not ended."""
    rows = OneTimeCode.objects.of(controller).filter(purpose=purpose, user=user, request=request)
    found: OneTimeCode | None = rows.order_by("-created_at", "-expires_at").first()
    return found


def grouped(digits: str) -> str:
    """`1234 5678`: groups of four are easier to read, to hear and to type."""
    return " ".join(digits[at : at + GROUP] for at in range(0, len(digits), GROUP))


def masked(address: str) -> str:
    """Enough of an e-mail address to recognise one's own: `m•••@example.org`."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}•••@{domain}" if domain else f"•••{address[-2:]}"


def _digest(code: OneTimeCode, digits: str) -> str:
    return hmac.new(code.vault_key(), f"{code.pk}:{digits}".encode(), hashlib.sha256).hexdigest()
