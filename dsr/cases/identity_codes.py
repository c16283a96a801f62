"""Codes that prove who somebody is: to the contact on file, at once or by letter, for a request or for an account.

Ours and not ours look alike everywhere here: the same rows, the same pages, the same time; only a code that arrives tells.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from dsr.cases import codes, identity, notices_on_file
from dsr.cases.actors import SYSTEM
from dsr.cases.perform import record
from dsr.law import identity as law
from dsr.law.rights import IdentityLevel
from dsr.models import OneTimeCode, Request, User
from dsr.vault import blind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsr.models import Controller

Purpose, Way = OneTimeCode.Purpose, OneTimeCode.Way
LETTER_FOR: Final = timedelta(days=14)
"""A letter takes days, and people are away for a week."""
MAX_LETTERS: Final = 3
"""Letters with a code to one customer number in LETTER_FOR, over all requests: paper costs, and frightens."""


@transaction.atomic
def start_link(
    *, user: User, store: str, customer_number: str, now: datetime, asker: str = "", way: str = Way.MAIL
) -> OneTimeCode:
    """Ask for a code to the contact on file of a customer number, to link it to this account.

    The answer is the same whether or not the number exists: a code, if it is ours, is on its way. TooManyCodesError,
    LockedError.
    """
    content = {"store": store, "customer_number": customer_number.strip()}
    code = codes.make(
        controller=user.controller,
        purpose=Purpose.LINK,
        user=user,
        content=content,
        asker=asker,
        way=way,
        number_token=_counted(user.controller, store, customer_number, now),
        now=now,
    )
    _note(_hers(user), "identity_way", {"way": "code", "channel": way}, now)
    return code


@transaction.atomic
def start_identity(
    *, request: Request, store: str, customer_number: str, now: datetime, asker: str = "", way: str = Way.MAIL
) -> OneTimeCode:
    """The same for a request without an account."""
    content = {"store": store, "customer_number": customer_number.strip()}
    code = codes.make(
        controller=request.controller,
        purpose=Purpose.IDENTITY,
        request=request,
        content=content,
        asker=asker,
        way=way,
        number_token=_counted(request.controller, store, customer_number, now),
        now=now,
    )
    _note((request,), "identity_way", {"way": "code", "channel": way}, now)
    return code


@transaction.atomic
def start_letter(*, request: Request, store: str, customer_number: str, now: datetime) -> OneTimeCode:
    """Have a code printed for the post to the address on file; it works for LETTER_FOR, from any device.

    TooManyCodesError after MAX_LETTERS to this number, LockedError.
    """
    number, slug = customer_number.strip(), request.controller.slug
    kind, counted = f"letter_to:{store}", _bare(number)
    lately = OneTimeCode.objects.of(request.controller).filter(
        purpose=Purpose.PROVE, number_token__in=blind.tokens(slug, kind, counted), created_at__gt=now - LETTER_FOR
    )
    if lately.count() >= MAX_LETTERS:
        raise codes.TooManyCodesError
    code = codes.make(
        controller=request.controller,
        purpose=Purpose.PROVE,
        request=request,
        content={"store": store, "customer_number": number},
        way=Way.POST,
        number_token=blind.token(slug, kind, counted),
        lifetime=LETTER_FOR,
        now=now,
    )
    _note((request,), "identity_way", {"way": "letter"}, now)
    return code


@transaction.atomic
def finish_link(*, user: User, entered: str, now: datetime, asker: str = "") -> codes.Checked:
    """Check the code; when right, the account is linked and her open requests are identified (I-02)."""
    code = codes.newest(controller=user.controller, purpose=Purpose.LINK, user=user, asker=asker)
    if code is None:
        return codes.Checked("expired")
    checked = codes.check(code=code, entered=entered, now=now)
    hers, proved = _hers(user), code.content()
    if checked.status == "ok":
        identity.link(
            user=user,
            store=proved["store"],
            customer_number=proved["customer_number"],
            contact=proved["to"],
            method="code",
            now=now,
            firm_from=_new_until(proved, now),
        )
    _after(hers, code, checked, method="code", now=now)
    return checked


@transaction.atomic
def finish_identity(*, request: Request, entered: str, now: datetime, asker: str = "") -> codes.Checked:
    """Check the code of a request without an account; when right, the request is identified."""
    code = codes.newest(controller=request.controller, purpose=Purpose.IDENTITY, request=request, asker=asker)
    if code is None:
        return codes.Checked("expired")
    checked = codes.check(code=code, entered=entered, now=now)
    if checked.status == "ok":
        proved = code.content()
        is_new = _new_until(proved, now) is not None
        identity.identify(
            request=request,
            level=law.reached(law.Way.CODE, contact_is_new=is_new),
            method="code",
            known=((proved["store"], proved["customer_number"]),),
            actor=SYSTEM,
            now=now,
            contact_is_new=is_new,
        )
    _after((request,), code, checked, method="code", now=now)
    return checked


@transaction.atomic
def finish_letter(*, request: Request, entered: str, now: datetime) -> codes.Checked:
    """Check the code of a letter: reference and code together prove who has the address on file (I-07).

    Digits that do not even name the letter come from somebody who knows a reference at most: they use no try up and
    leave no event. The page says the same for them as for wrong ones.
    """
    code = codes.newest(controller=request.controller, purpose=Purpose.PROVE, request=request, asker=None)
    if code is None or not code.digest:
        return codes.Checked("expired")
    if not codes.names(code=code, entered=entered):
        return codes.Checked("wrong")
    checked = codes.check(code=code, entered=entered, now=now)
    if checked.status == "ok":
        proved = code.content()
        identity.identify(
            request=request,
            level=IdentityLevel.STRONG,
            method="letter",
            known=((proved["store"], proved["customer_number"]),),
            actor=SYSTEM,
            now=now,
            data={"seen": "code_of_letter"},
        )
    _after((request,), code, checked, method="letter", now=now)
    return checked


def _counted(controller: Controller, store: str, number: str, now: datetime) -> str:
    return codes.counted(controller=controller, kind=f"code_to:{store}", value=_bare(number), now=now)


def _bare(number: str) -> str:
    """A customer number without what stores may overlook, so that another spelling of it is not another number to count."""
    folded = blind.fold(number)
    return "".join(character for character in folded if character.isalnum()).lstrip("0") or folded


def _hers(user: User) -> list[Request]:
    """The open requests that an account made for itself: a code about somebody else's is not asked for here."""
    rows = identity.open_requests(user).select_related("controller", "account")
    return [request for request in rows if not request.content().get("scope", {}).get("for")]


def _after(
    requests: Iterable[Request], code: OneTimeCode, checked: codes.Checked, *, method: str, now: datetime
) -> None:
    """Each failed proof is in the chain; a lock and a success are told to the contact on file, once per request."""
    proved = code.content()
    known = ((str(proved["store"]), str(proved["customer_number"])),)
    failed = checked.status in {"wrong", "locked"}
    for request in requests:
        if failed:
            _note((request,), "identity_failed", {"method": method, "result": checked.status}, now)
        if checked.status == "ok":
            notices_on_file.tell(request=request, kind=notices_on_file.USED, known=known, now=now)
        elif checked.status == "locked" and not checked.tries_left:
            notices_on_file.tell(request=request, kind=notices_on_file.LOCKED, known=known, now=now)


def _note(requests: Iterable[Request], kind: str, data: dict[str, Any], now: datetime) -> None:
    for request in requests:
        for case in request.cases.all():
            record(case_id=case.pk, kind=kind, actor=SYSTEM, now=now, data=data)


def _new_until(proved: dict[str, Any], now: datetime) -> datetime | None:
    """Until when the contact that the code went to counts as new; None when it does not, or not any more."""
    text = proved.get("new_until")
    until = datetime.fromisoformat(str(text)) if text else None
    return until if until is not None and until > now else None
