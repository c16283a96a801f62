"""Deletion runs that wait for a person: while a copy of her data is being made (T-25), under a legal hold, and for a claim.

A store's own run asks the machine interface (docs/api.md) before it deletes; what this program would take up again after a
period waits by itself. Nothing is deleted to avoid an answer, and nothing stays longer than the copy takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db.models import Exists, OuterRef, Q

from dsr.cases import held_persons, holds
from dsr.law.rights import Right
from dsr.models import Case, Hold, IndexToken, RestrictedToken
from dsr.vault import blind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from dsr.cases.contacts import Contact
    from dsr.models import Controller

_COPIES: Final = (Right.ACCESS.value, Right.PORTABILITY.value)
_LOOKUP: Final = 500
"""Hashes in one question to the database; SQLite takes no more than some thousands."""


def copied(request_id: Any) -> QuerySet[Case]:
    """Open requests for a copy (by the outer query's `request_id`) of somebody who has proved who she is.

    Whoever has proved nothing yet holds up no deletion: anybody can write anybody's address into a form.
    """
    rows = Case.objects.open().filter(request_id=request_id, right__in=_COPIES, request__identified_at__isnull=False)
    found: QuerySet[Case] = rows
    return found


def of_the_person(request_id: Any) -> QuerySet[IndexToken]:
    """Tokens that the outer query's request shares with a request for a copy that is still open: the same customer number."""
    others = IndexToken.objects.filter(
        Exists(copied(OuterRef("request_id"))),
        controller_id=OuterRef("controller_id"),
        kind="customer_number",
        token=OuterRef("token"),
    )
    found: QuerySet[IndexToken] = IndexToken.objects.filter(
        Exists(others), request_id=request_id, kind="customer_number"
    )
    return found


def held(controller: Controller, asked: Sequence[Contact | None], *, store: str = "") -> list[bool]:
    """For each contact whether a deletion run leaves its person out; a few questions for hundreds of them.

    She waits for a copy, is under a hold (of a request, or on the person, who may never have asked for anything), or needs her
    data for a claim. A hold on a store holds everybody in it: `store` is the one the run is about, without it any counts.
    """
    standing = list(Hold.objects.filter(controller=controller, lifted_at__isnull=True).select_related("controller"))
    if any(hold.scope == Hold.Scope.STORE and store in {"", hold.store} for hold in standing):
        return [one is not None for one in asked]
    tokens = [blind.tokens(controller.slug, one.kind.value, one.value) if one else () for one in asked]
    every = sorted({token for several in tokens for token in several})
    waits = {token for hold in standing for token in held_persons.tokens_of(hold)}
    bound = {request.pk for match in held_persons.matches(standing).values() for request in match.bound}
    for at in range(0, len(every), _LOOKUP):
        some = every[at : at + _LOOKUP]
        rows = IndexToken.objects.filter(controller=controller, token__in=some)
        on_hold = Case.objects.filter(request_id=OuterRef("request_id"), legal_hold=True)
        rows = rows.filter(
            Q(Exists(copied(OuterRef("request_id")))) | Q(Exists(on_hold)) | Q(request_id__in=sorted(bound))
        )
        claims = RestrictedToken.objects.filter(controller=controller, token__in=some, **holds.CLAIMED)
        waits |= set(rows.values_list("kind", "token").union(claims.values_list("kind", "token")))
    return [
        one is not None and any((one.kind.value, token) in waits for token in several)
        for one, several in zip(asked, tokens, strict=True)
    ]
