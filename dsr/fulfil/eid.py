"""Weighing what an electronic identity said: by itself only when it names an identifier that the store holds too (I-03, I-04)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from dsr.cases import identity, identity_checks, notices_on_file
from dsr.cases.actors import SYSTEM
from dsr.fulfil.contact import is_customer, new_until, on_file
from dsr.law.rights import IdentityLevel
from dsr.models import IdentityCheck
from dsr.vault import blind

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.models import Request, RowId


def weigh(check_id: RowId, *, store: str, now: datetime) -> bool:
    """Identify the person when a claim settles it; otherwise the comparison waits for a member of staff. Temporary.

    A customer number that the service vouches for settles it, and a verified address or number that is hers alone in the
    store under the customer number she gave, unless it is a new one there.
    """
    check = IdentityCheck.objects.select_related("request__controller", "controller").filter(pk=check_id).first()
    if check is None or check.closed_at is not None:
        return False
    claims, asked = check.content(), check.request
    number = claims.get("customer_number", "")
    if not (number and is_customer(check.controller, store, number)):
        number = _typed(asked)
        if not number or not _vouched(check, claims, store, number, now):
            return False
    with transaction.atomic():
        identity.identify(
            request=asked,
            level=IdentityLevel.STRONG,
            method="eid",
            known=((store, number),),
            actor=SYSTEM,
            now=now,
            data={"seen": "eid_identifier"},
        )
        identity_checks.done(request=asked, kind="eid", actor=SYSTEM, now=now)
        notices_on_file.tell(request=asked, kind=notices_on_file.USED, known=((store, number),), now=now)
    return True


def _typed(asked: Request) -> str:
    """The customer number of the form; it says whose record is looked at, and proves nothing by itself."""
    given = asked.content().get("identifiers", [])
    return next((str(value) for kind, value in given if kind == "customer_number"), "")


def _vouched(check: IdentityCheck, claims: dict[str, str], store: str, number: str, now: datetime) -> bool:
    held = on_file(check.controller, store, number)
    for kind in ("email", "phone"):
        value = getattr(held, kind)
        if value and blind.fold(value) == blind.fold(claims.get(kind, "")):
            until = new_until(held, kind, controller=check.controller, store=store, customer_number=number, now=now)
            return until is None
    return False
