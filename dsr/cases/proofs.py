"""Codes that open something for a while: a request to whoever holds the contact given with it, an answer to the contact on file.

A code to the contact *given* opens a person's own words and messages (house.md "Signed in is not identified"). The answer
itself opens only after a fresh code to the contact *on file*, each time anew (I-02, ux.md 1.7). What was proved lasts as
long as the session says, and is never a property of the request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from dsr.cases import codes, identity, messages
from dsr.models import OneTimeCode, Request, Subject, User

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.models import Controller

Purpose = OneTimeCode.Purpose


class NoContactOnFileError(Exception):
    """Nobody knows where the person's contract mail goes, so no code can be sent; the office releases the answer another way."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of a code for a request: `request` only when it was right."""

    checked: codes.Checked
    request: Request | None = None


def _by_reference(controller: Controller, reference: str) -> Request | None:
    rows = Request.objects.of(controller).filter(reference="".join(reference.split()).upper())
    found: Request | None = rows.select_related("controller", "account").first()
    return found


def start_follow(*, controller: Controller, reference: str, now: datetime, asker: str = "") -> None:
    """Send a code to the contact given with a request, if there is such a request; the caller cannot tell.

    Where no code may or can be sent (unknown reference, no address, more codes than a person needs in an hour) a decoy
    that goes nowhere takes the same way, so that neither the page nor its time says which references exist. No store is
    asked.
    """
    request = _by_reference(controller, reference)
    to = messages.contact_of(request) if request else ""
    if request is not None and to:
        try:
            codes.make(
                controller=controller,
                purpose=Purpose.FOLLOW,
                request=request,
                content={"to": to},
                asker=asker,
                number_token=codes.counted(controller=controller, kind="follow_to", value=to, now=now),
                now=now,
            )
        except (codes.TooManyCodesError, codes.LockedError):
            _decoy(controller, now)
    else:
        _decoy(controller, now)


@transaction.atomic
def _decoy(controller: Controller, now: datetime) -> None:
    """One row, always the same one: nobody can fill the table with references she made up."""
    OneTimeCode.objects.of(controller).filter(purpose=Purpose.FOLLOW, user=None, request=None).delete()
    codes.make(controller=controller, purpose=Purpose.FOLLOW, content={"to": ""}, now=now)


def finish_follow(*, controller: Controller, reference: str, entered: str, now: datetime, asker: str = "") -> Followed:
    """Check the code that this session asked for; whatever is wrong with it looks the same to the caller's page."""
    request = _by_reference(controller, reference)
    code = codes.newest(controller=controller, purpose=Purpose.FOLLOW, request=request, asker=asker)
    if request is None or code is None:
        return Followed(codes.Checked("expired"))
    checked = codes.check(code=code, entered=entered, now=now)
    return Followed(checked, request if checked.status == "ok" else None)


@transaction.atomic
def adopt(*, request: Request, user: User, now: datetime, second_factor: bool = False) -> bool:
    """Attach a request made without an account to the account of the same person, who proved both in one session.

    Her proven links then identify it (I-02), unless she asked for somebody else. False when it belongs to an account already.
    """
    if request.controller_id != user.controller_id:
        return False
    if not Request.objects.filter(pk=request.pk, account__isnull=True).update(account=user):
        return False
    request.account = user
    identify_by_links(request=request, user=user, now=now, second_factor=second_factor)
    return True


def identify_by_links(*, request: Request, user: User, now: datetime, second_factor: bool = False) -> bool:
    """Identify a request by what its account has proved; nothing to do when it is for somebody else or nothing is proved.

    `second_factor`: whether the session of whoever asks is one (`dsr.accounts.second_factor`, I-02).
    """
    if request.content().get("scope", {}).get("for"):
        return False
    return identity.by_links(request=request, user=user, now=now, second_factor=second_factor)


def proven_numbers(request: Request) -> tuple[tuple[str, str], ...]:
    """The (store, customer number) pairs that were proved for this request, by whichever way."""
    subject = Subject.objects.filter(request=request).select_related("request").first()
    known = subject.content().get("identifiers", []) if subject else []
    return tuple((i["store"], i["value"]) for i in known if i["kind"] == "customer_number" and i.get("link") == "proof")


def covered_by(*, request: Request, user: User) -> bool:
    """Whether everything proved for this request was proved by this very account: then its found data are hers to see."""
    numbers = proven_numbers(request)
    if request.contact_is_new:
        return False  # whoever changed the contact a few days ago may be somebody else
    return bool(numbers) and set(numbers) <= set(identity.links_of(user))


def start_download(*, request: Request, now: datetime, asker: str = "") -> None:
    """Send the fresh code before the answer opens.

    It goes to the contact the store holds today for the proved customer number: never to an address that was only given,
    nor to the one of years ago. NoContactOnFileError, codes.TooManyCodesError, codes.LockedError.
    """
    numbers = proven_numbers(request)
    if not numbers:
        raise NoContactOnFileError
    # Where an account was linked years ago may be somebody else's mailbox today: the store is asked every time.
    content = {"store": numbers[0][0], "customer_number": numbers[0][1]}
    codes.make(
        controller=request.controller, purpose=Purpose.DOWNLOAD, request=request, content=content, asker=asker, now=now
    )


def finish_download(*, request: Request, entered: str, now: datetime, asker: str = "") -> codes.Checked:
    """Check the fresh code that this session asked for."""
    code = codes.newest(controller=request.controller, purpose=Purpose.DOWNLOAD, request=request, asker=asker)
    return codes.check(code=code, entered=entered, now=now) if code else codes.Checked("expired")
