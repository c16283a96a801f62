"""A legal hold stops every removal: the one place that asks for it. Whatever deletes, shreds or writes to a store asks here.

A hold on one right holds the whole request, because words, proof and messages belong to all of its cases. A hold on a person
holds every request that is proved to be hers (`dsr.cases.held_persons`), one on a store whatever would be removed or overwritten in
it. `dsr.cases.legal_holds` places and lifts.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Exists, OuterRef, Q

from dsr.cases import held_persons, restricted_who
from dsr.cases.perform import RefusedError
from dsr.law.codes import RefusalCode
from dsr.law.restricting import DELETION_PAUSED_FOR
from dsr.law.workflow import Refusal
from dsr.models import Case, Hold, RestrictedToken, Restriction
from dsr.vault import MissingKeyError, TamperedError, blind, keyring

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from dsr.models import RowId

CLAIMED: Final[dict[str, Any]] = {
    "restriction__ended_at__isnull": True,
    "restriction__ground__in": [ground.value for ground in DELETION_PAUSED_FOR],
}
"""Which tokens of restricted persons stand for somebody who needs her data for a claim (18(1)(c))."""


def free(rows: QuerySet[Any], *, request: str) -> QuerySet[Any]:
    """The rows whose request is under no hold; `request` is the lookup of its id from these rows (`case__request_id`)."""
    held = Case.objects.filter(request_id=OuterRef(request), legal_hold=True)
    return rows.exclude(Exists(held) | Q(**{f"{request}__in": sorted(held_persons.bound())}))


def insist_free(request_id: RowId) -> None:
    """Raise RefusedError (legal_hold) while any case of the request is held."""
    if held_request(request_id):
        raise RefusedError(Refusal(RefusalCode.LEGAL_HOLD))


def held_request(request_id: RowId) -> bool:
    """Whether a hold stands on a case of the request, or on its person."""
    flagged = Case.objects.filter(request_id=request_id, legal_hold=True)
    return flagged.exists() or bool(held_persons.bound(request_id=request_id))


def held(case: Case, store: str) -> bool:
    """Whether nothing of this case may be erased in this store now: asked before the first write and before each commit.

    By a hold, or because the person needs the data for a claim (18(1)(c), Q-04, SC-10).
    """
    held_back = held_request(case.request_id) or bool(claimed(request_id=case.request_id))
    return held_back or of_store(case.controller_id, store).exists()


def claimed(*, request_id: RowId | None = None) -> set[Any]:
    """Ids of requests whose person needs her data for a claim (18(1)(c)): deletions that fall due wait. Or whether this one is.

    As for a hold the blind index narrows and what is proved decides: what somebody typed into a form holds up nobody's
    deletion (I-01). Five queries at most, one where no such restriction stands.
    """
    rows = RestrictedToken.objects.filter(**CLAIMED).order_by("kind", "token")
    wanted = set(rows.values_list("kind", "token"))
    if not wanted:
        return set()
    return held_persons.proving(wanted | _under_other_keys(), request_id=request_id)


def _under_other_keys() -> set[tuple[str, str]]:
    """While the ring has several keys a restriction and a request may have been indexed under two: made again from the words."""
    if len(keyring().keys) == 1:
        return set()
    rows = Restriction.objects.filter(
        ended_at__isnull=True, ground__in=[ground.value for ground in DELETION_PAUSED_FOR]
    )
    found = set()
    for row in rows.select_related("case", "controller").order_by("pk"):
        with suppress(MissingKeyError, TamperedError):  # its tokens still count as they stand
            found |= {
                (kind, token)
                for kind, value in restricted_who.values_of(row)
                for token in blind.tokens(row.controller.slug, kind, value)
            }
    return found


def free_of_claims(rows: QuerySet[Any], *, request: str) -> QuerySet[Any]:
    """The rows whose request is of nobody who needs her data for a claim; `request` as of `free`."""
    return rows.exclude(Q(**{f"{request}__in": sorted(claimed())}))


def insist_no_claim(request_id: RowId) -> None:
    """Raise RefusedError (restriction_runs) while the person of the request needs her data for a claim."""
    if claimed(request_id=request_id):
        raise RefusedError(Refusal(RefusalCode.RESTRICTION_RUNS))


def of_store(controller_id: Any, store: Any) -> QuerySet[Hold]:
    """Holds that stand on a store."""
    rows = Hold.objects.filter(controller_id=controller_id, scope=Hold.Scope.STORE, store=store)
    found: QuerySet[Hold] = rows.filter(lifted_at__isnull=True)
    return found


def waiting_tasks() -> Q:
    """Tasks whose case, person or store is held: they wait without using up their tries, and are due when it is lifted."""
    cases = Case.objects.filter(pk=OuterRef("case_id"), legal_hold=True)
    return (
        Q(Exists(cases))
        | Q(case__request_id__in=sorted(held_persons.bound() | claimed()))
        | Q(Exists(of_store(OuterRef("controller_id"), OuterRef("store"))))
    )
