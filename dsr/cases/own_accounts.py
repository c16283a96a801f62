"""The account here of somebody whose erasure is long answered: the program is a store full of personal data itself (17(1), house.md).

She needs it to read the answer and to object, so it goes with the archive of the last of her requests, 90 days later (4.0.8), and
only where nobody uses it any more. With the row go addresses, factors, proven links and names at other portals; a browser that
is still signed in has no account from that moment.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from allauth.account.models import EmailAddress
from django.db import transaction

from dsr.cases import held_persons, holds
from dsr.cases.erase_rows import erase
from dsr.cases.identifiers import add_identifiers
from dsr.law.guards import ARCHIVE_AFTER_DAYS
from dsr.law.rights import Right
from dsr.law.workflow import Action, State
from dsr.models import Case, Draft, Event, KeptLine, Kind, Request, User

if TYPE_CHECKING:
    from datetime import datetime

_CARRIED_OUT: Final = (Action.COMPLETE.value, Action.COMPLETE_PARTLY.value)
# Whoever has a contract or a dispute with the controller is a customer, and keeps her account.
_CUSTOMER: Final = (KeptLine.Why.CONTRACT, KeptLine.Why.DISPUTE)


@transaction.atomic
def forget(*, request: Request, case: Case, now: datetime) -> int:
    """Delete the account behind a request whose last case is being archived; 1 when it went, 0 when it stays.

    It stays without an erasure of her own that was carried out; while another request of it is not archived or is held; for
    a customer; and where somebody signed in, or proved a customer number, within the last 90 days, or began a request.
    """
    if request.account_id is None:
        return 0
    # As it is now, not as it was when the case was read: she may have signed in meanwhile.
    user = User.objects.select_for_update().filter(pk=request.account_id, kind=Kind.SUBSCRIBER).first()
    if user is None or not _erased(user) or _needed(user, case, now):
        return 0
    _keep_proven(user)
    erase(User, [user.pk])
    return 1


def _keep_proven(user: User) -> None:
    """That an address she gave with a request was proved to be hers outlives the account that says so.

    Else a hold on her that a court asks for later would find the archived request as one where somebody merely typed the
    address, and it would be purged (dsr.cases.held_persons). Nothing is kept that the request was not found by already.
    """
    verified = list(
        EmailAddress.objects.filter(user=user, verified=True).order_by("email").values_list("email", flat=True)
    )
    rows = Request.objects.filter(account=user, identified_at__isnull=False).select_related("controller")
    for request in rows.order_by("pk"):
        index = set(request.tokens.values_list("kind", "token"))
        found = [
            {"kind": "email", "value": mail, "store": "", "link": "proof"}
            for mail in verified
            if index & held_persons.tokens_for(request.controller, "email", mail)
        ]
        if found:
            add_identifiers(request=request, found=found)


def _erased(user: User) -> bool:
    """Whether an erasure for herself was carried out; one for a child or a client says nothing about the account."""
    done = Event.objects.filter(
        action__in=_CARRIED_OUT, case__right=Right.ERASURE.value, case__request__account=user
    ).values("case__request")
    asked = Request.objects.filter(pk__in=done).select_related("controller")
    return any(not one.content().get("scope", {}).get("for") for one in asked)


def _needed(user: User, case: Case, now: datetime) -> bool:
    since = now - timedelta(days=ARCHIVE_AFTER_DAYS)
    requests = Request.objects.filter(account=user)
    return (
        max(filter(None, (user.last_login, user.date_joined))) > since
        or user.links.filter(revoked_at__isnull=True, proven_at__gt=since).exists()
        or Case.objects.filter(request__in=requests).exclude(pk=case.pk).exclude(state=State.ARCHIVED).exists()
        or holds.free(requests, request="pk").count() < requests.count()
        or KeptLine.objects.filter(case__request__in=requests, why__in=_CUSTOMER, status=KeptLine.Status.KEPT).exists()
        or Draft.objects.filter(user=user).exists()
    )
