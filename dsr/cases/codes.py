"""One-time codes: eight digits, thirty minutes, five tries, hashed at rest (ux.md 1.6; rules.md I-01, I-02, I-07).

A code to a contact somebody *gave* opens their own words and messages; a code to the contact *on file* proves the link
to a customer number. Nothing found in a store is ever shown before that.

A code belongs to whoever asked for it (`asker`: a hash of a secret of the session). References are running numbers:
without this, whoever types one could use the tries of the true person up, end her code by asking for another, or have his
own guesses judged.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Q

from dsr.models import Controller, OneTimeCode, Request, User
from dsr.vault import blind
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
"""Codes of one purpose that one session may ask for in an hour."""
MAX_FOR_ALL = 20
"""The same for one request over all sessions: nobody's mailbox is filled by strangers who know her reference."""
MOST_TO_ONE = ((timedelta(hours=1), 10), (timedelta(days=1), 30))
"""Mails and text messages with a code to one address or customer number, over all requests and accounts: whoever files many
requests must not fill the mailbox of somebody whose address or number he knows. What is not ours is counted alike.
"""
LOCKED_FOR = timedelta(hours=1)
"""After five wrong tries no code of this kind is sent for so long; every other way stays open (ux.md 1.6)."""
PRINT_AGAIN = timedelta(minutes=10)
"""A letter whose file is not there after so long is printed by another worker: the first one died over it."""

Way, Purpose = OneTimeCode.Way, OneTimeCode.Purpose


class TooManyCodesError(Exception):
    """More codes were asked for than a person needs in an hour; the page offers the other ways."""


class LockedError(Exception):
    """Five wrong tries a moment ago: codes work again at `until` (UTC), the other ways work now."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


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
    asker: str = "",
    way: str = Way.MAIL,
    number_token: str = "",
    lifetime: timedelta = LIFETIME,
) -> OneTimeCode:
    """Make a code for an account or a request; a job fills in the digits and sends them, so they are nowhere at rest.

    `content` says where it goes (`to`) or where to look that up (`store`, `customer_number`). Earlier codes of the same
    purpose and asker end here. TooManyCodesError above MAX_PER_HOUR, LockedError for an hour after five wrong tries.
    """
    with transaction.atomic():
        all_of = OneTimeCode.objects.of(controller).filter(purpose=purpose, user=user, request=request)
        mine = all_of.filter(asker=asker)
        _insist_unlocked(mine if purpose in {Purpose.FOLLOW, Purpose.HAND} else all_of, now)
        lately = Q(created_at__gt=now - timedelta(hours=1))
        if mine.filter(lately).count() >= MAX_PER_HOUR or all_of.filter(lately).count() >= MAX_FOR_ALL:
            raise TooManyCodesError
        mine.filter(used_at__isnull=True, expires_at__gt=now).update(expires_at=now)
        code = OneTimeCode(
            controller=controller,
            purpose=purpose,
            user=user,
            request=request,
            asker=asker,
            way=way,
            number_token=number_token,
            created_at=now,
            expires_at=now + lifetime,
            attempts_left=TRIES,
        )
        code.put(content)
        code.save(force_insert=True)
        wake.nudge("dsr.work.jobs.send_code", str(code.pk))
    return code


def counted(*, controller: Controller, kind: str, value: str, now: datetime) -> str:
    """Under which token (`number_token`) a code to this destination is counted; TooManyCodesError after MOST_TO_ONE."""
    sent = OneTimeCode.objects.of(controller).filter(purpose__in=(Purpose.LINK, Purpose.IDENTITY, Purpose.FOLLOW))
    rows = sent.filter(number_token__in=blind.tokens(controller.slug, kind, value))
    for span, most in MOST_TO_ONE:
        if rows.filter(created_at__gt=now - span).count() >= most:
            raise TooManyCodesError
    return blind.token(controller.slug, kind, value)


def _insist_unlocked(rows: QuerySet[OneTimeCode], now: datetime) -> None:
    last = rows.filter(locked_at__gt=now - LOCKED_FOR).order_by("-locked_at").first()
    if last is not None and last.locked_at is not None:
        raise LockedError(last.locked_at + LOCKED_FOR)


def locked_until(*, request: Request, now: datetime) -> datetime | None:
    """Until when no code that proves who somebody is is sent for a request (UTC); None when codes work."""
    rows = OneTimeCode.objects.of(request.controller).filter(purpose=Purpose.IDENTITY, request=request)
    try:
        _insist_unlocked(rows, now)
    except LockedError as error:
        return error.until
    return None


def unsent(now: datetime) -> QuerySet[OneTimeCode]:
    """Codes still to be sent and still worth sending; letters, too, whose printing a worker began and did not end."""
    died = Q(way=Way.POST, purpose=Purpose.PROVE, printed_at__isnull=True, sent_at__lt=now - PRINT_AGAIN)
    waiting = Q(sent_at__isnull=True) | died
    return OneTimeCode.objects.filter(waiting, used_at__isnull=True, expires_at__gt=now)


def draw(*, code: OneTimeCode) -> str:
    """Draw fresh digits for a code that is about to be sent; only their keyed hash is stored. A letter's begin with its name."""
    first = _naming(code) if code.way == Way.POST else ""
    drawn = f"{first}{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    OneTimeCode.objects.filter(pk=code.pk).update(digest=_digest(code, drawn))
    return drawn


def for_letter(*, request: Request, expires_at: datetime, now: datetime) -> str:
    """Draw a code that leaves on paper: the caller prints the digits, only their keyed hash is stored.

    Earlier codes of letters of this request end here. TooManyCodesError above MAX_PER_HOUR.
    """
    mine = OneTimeCode.objects.of(request.controller).filter(purpose=Purpose.POST, request=request)
    if mine.filter(created_at__gt=now - timedelta(hours=1)).count() >= MAX_PER_HOUR:
        raise TooManyCodesError
    end(purpose=Purpose.POST, request=request, now=now)
    code = OneTimeCode(
        controller=request.controller,
        purpose=Purpose.POST,
        way=Way.POST,
        request=request,
        created_at=now,
        sent_at=now,
        # It is handed to whoever prints it, and never waits in the folder of the post room.
        posted_at=now,
        expires_at=expires_at,
        attempts_left=TRIES,
    )
    code.put({})
    code.save(force_insert=True)
    return draw(code=code)


def names(*, code: OneTimeCode, entered: str) -> bool:
    """Whether what was typed begins like the code of this letter: whoever typed it has the letter, or luck."""
    return hmac.compare_digest(_digits(entered)[:NAMING_DIGITS], _naming(code))


def _naming(code: OneTimeCode) -> str:
    """The first group of a letter's code: of no use without the row's key, and stored nowhere."""
    drawn = hmac.new(code.vault_key(), f"{code.pk}:letter".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(drawn) % 10**NAMING_DIGITS:0{NAMING_DIGITS}d}"


def _digits(entered: str) -> str:
    """The digits of what was typed, in whatever script or width: `１２３４` and `٤٣٢١` are digits as well."""
    values = (unicodedata.decimal(character, None) for character in entered)
    return "".join(str(value) for value in values if value is not None)


def end(*, purpose: str, request: Request, now: datetime) -> None:
    """Codes of this purpose open nothing any more."""
    rows = OneTimeCode.objects.of(request.controller).filter(purpose=purpose, request=request, expires_at__gt=now)
    rows.update(expires_at=now)


def check(*, code: OneTimeCode, entered: str, now: datetime, once: bool = True) -> Checked:
    """Compare what was typed (blanks and hyphens do not matter); each try is claimed before it is judged.

    The right code works once, or until it ends when `once` is False. `expired`: ask for a new one. `locked`: the tries
    are used up. Guesses that arrive in the same instant are counted one by one: each takes a try with one UPDATE.
    """
    if code.used_at is not None or now >= code.expires_at:
        return Checked("expired")
    claimed = OneTimeCode.objects.filter(pk=code.pk, used_at__isnull=True, attempts_left__gt=0)
    if not claimed.update(attempts_left=F("attempts_left") - 1):
        return Checked("locked")
    code.refresh_from_db()
    digits = _digits(entered)
    if not code.digest or not hmac.compare_digest(code.digest, _digest(code, digits)):
        if code.attempts_left:
            return Checked("wrong", code.attempts_left)
        OneTimeCode.objects.filter(pk=code.pk, locked_at__isnull=True).update(locked_at=now)
        return Checked("locked")
    if not once:
        OneTimeCode.objects.filter(pk=code.pk).update(attempts_left=TRIES)
    elif not OneTimeCode.objects.filter(pk=code.pk, used_at__isnull=True).update(used_at=now):
        return Checked("expired")
    return Checked("ok")


def newest(
    *,
    controller: Controller,
    purpose: str,
    user: User | None = None,
    request: Request | None = None,
    asker: str | None = "",
) -> OneTimeCode | None:
    """The last code that `asker` asked for (None: whoever did, for letters); of two of one instant the one not ended."""
    rows = OneTimeCode.objects.of(controller).filter(purpose=purpose, user=user, request=request)
    if asker is not None:
        rows = rows.filter(asker=asker)
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
