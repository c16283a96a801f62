"""Who may come in, what a role may read, and who does what beside the workflow table (rules.md 4.3).

Steps of a case are decided by the table alone (`dsr.law.workflow`). What has no row there (an assignment, a message, a
new draft) has its line in DUTIES of `dsr.cases.duties`, and gives the same refusal in the same words.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, Final, ParamSpec, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from dsr import wording
from dsr.cases import actors, glass
from dsr.cases.archive import READERS
from dsr.cases.duties import DUTIES, Duty, duty_refusal
from dsr.cases.perform import insist
from dsr.desk import counts
from dsr.desk.doors import ask_again, lacks_factor, who
from dsr.law.workflow import Action, Refusal, Role, State
from dsr.models import Case, Closeness, Tombstone, User

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http.response import HttpResponseBase

    from dsr.law.workflow import Actor
    from dsr.models import Controller, RowId

__all__ = [
    "DUTIES",
    "SEES",
    "DeskRequest",
    "Duty",
    "Sight",
    "case_for",
    "duty_refusal",
    "insist",
    "insist_sight",
    "sees",
    "staff_required",
]

P = ParamSpec("P")


class DeskRequest(HttpRequest):
    """A request of a signed-in member of staff of the controller that answers on this host."""

    controller: Controller
    staff: User
    actor: Actor


class Sight(StrEnum):
    """What lies behind the metadata of a case."""

    PERSON = "person"  # name, words, contact, messages, notes of the history
    DATA = "data"  # what the stores gave, and the drafts made of it


# 4.3: the auditor reads log and metadata, the administrator operates; intake registers and does not export.
SEES: Final[Mapping[Sight, frozenset[Role]]] = {
    Sight.PERSON: frozenset({Role.INTAKE, Role.HANDLER, Role.REVIEWER, Role.LEAD, Role.DPO}),
    Sight.DATA: frozenset({Role.HANDLER, Role.REVIEWER, Role.LEAD, Role.DPO}),
}


class NoLongerKeptError(Exception):
    """The case was purged; the page says so (4.0.8)."""


class TooCloseError(Exception):
    """The person of the case is herself, or close to her; the page says so (4.3)."""


def sees(actor: Actor, what: Sight) -> bool:
    """Whether one of the actor's roles may read this, or she broke the glass for it; never whoever is too close (4.3)."""
    if actor.barred:
        return False
    return bool(actor.roles & SEES[what]) or bool(actor.glass)


def insist_sight(actor: Actor, what: Sight) -> None:
    """Answer 403 unless the actor may read this; who is too close to the person reads why not."""
    if actor.barred:
        raise TooCloseError
    if not sees(actor, what):
        raise PermissionDenied


def staff_required(
    view: Callable[Concatenate[DeskRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let in the staff of this controller; send others to sign in, who has no second factor yet to set one up (where it is
    required), and subscribers to the page that says why not.
    """

    @wraps(view)
    def guarded(http: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        request = cast("DeskRequest", http)
        user = who(request)
        if not isinstance(user, User):
            return user
        if lacks_factor(request, user):
            return redirect("desk:account")
        request.staff, request.actor = user, actors.staff(user)
        if (again := _surely_she(request, kwargs)) is not None:
            return again
        try:
            if "case_id" in kwargs and not _too_close(request, cast("RowId", kwargs["case_id"])):
                _through_the_glass(request, cast("RowId", kwargs["case_id"]))
            return counts.acted(request, view(request, *args, **kwargs))
        except NoLongerKeptError:
            return render(request, "desk/no_longer_kept.html", status=410)
        except TooCloseError:
            why = wording.refusal(Refusal("barred", {}))
            return render(request, "desk/too_close.html", {"why": why, "case_id": kwargs["case_id"]}, status=403)

    return guarded  # type: ignore[return-value]  # wraps() keeps the name of the first parameter, Django does not ask


# What leaves the house, the keys it is signed with, and keys by which programs ask about people: only while it is surely the colleague who does it (docs/staff.md). By the
# name of the address, with the page to come back to.
SURELY: Final[Mapping[str, str]] = {
    "step": "step",
    "delivery-again": "delivery",
    "delivery-letter": "delivery",
    "carrier": "delivery",
    "carrier-copy": "delivery",
    "carrier-letter": "delivery",
    "evidence-pack": "evidence-packs",
    "queue-export": "queue",
    "register": "reports",
    "receiver-verify": "receivers",
    "setup-keys-rotate": "setup-keys",
    "programs": "programs",  # a key asks about everybody; ending one lets nothing out, and must be quick
}
RELEASES: Final = frozenset({Action.NOTIFY.value, Action.COMPLETE.value, Action.COMPLETE_PARTLY.value})
"""The steps of a case that let an answer out."""
_DOWNLOADS: Final = frozenset({"carrier-copy", "carrier-letter", "evidence-pack"})
"""Addresses where looking is taking along."""

_PIECES: Final = frozenset({"live", "presence"})
"""What a page on the screen asks for by itself: which stores have answered, and who else is here. It holds nothing that a broken glass
shows, and the reading of the page around it is on file. By the name of the address: what a browser says of itself proves nothing.
"""


def _surely_she(request: DeskRequest, kwargs: Mapping[str, object]) -> HttpResponseBase | None:
    """The way to show herself again, where SURELY asks for it and her sign-in is older."""
    name = str(request.resolver_match.url_name) if request.resolver_match else ""
    if name not in SURELY or (request.method != "POST" and name not in _DOWNLOADS):
        return None
    if name == "step" and kwargs.get("action") not in RELEASES:
        return None
    back = SURELY[name]
    needed = {"case_id", "action"} if back == "step" else {"case_id"} & kwargs.keys()
    return ask_again(request, where=reverse(f"desk:{back}", kwargs={key: kwargs[key] for key in needed}))


def _too_close(request: DeskRequest, case_id: RowId) -> bool:
    """Whether she is too close to the person of this case: then she reads its metadata and does nothing (4.3)."""
    case = Case.objects.of(request.controller).filter(pk=case_id)
    mine = Closeness.objects.of(request.controller).filter(user=request.staff, withdrawn_at__isnull=True)
    if not mine.filter(request__in=case.values("request")).exists():
        return False
    request.actor = replace(request.actor, barred=True)
    return True


def _through_the_glass(request: DeskRequest, case_id: RowId) -> None:
    """Let a deputy who broke the glass read this case, and record on it that she did (4.3). She may do nothing more."""
    if duty_refusal(request.actor, Duty.BREAK_GLASS) is not None:
        return
    now = timezone.now()
    row = glass.open_for(request.staff, now=now)
    if row is None:
        return
    case, page = case_for(request, case_id), str(request.resolver_match.url_name) if request.resolver_match else ""
    request.actor = replace(request.actor, glass=str(row.pk))
    if page not in _PIECES:
        glass.note_reading(case=case, page=page, actor=request.actor, now=now)


def may_see_archive(actor: Actor) -> bool:
    """Whether archived files open: kept for proof and defence only, so whoever works on requests has no use for them (4.5)."""
    return bool(actor.roles & READERS)


def case_for(request: DeskRequest, case_id: RowId) -> Case:
    """A case of this controller, or 404: the cases of another brand do not exist here. 410 for one that was purged, 403 for an
    archived one unless the role reads the archive.
    """
    rows = Case.objects.of(request.controller).select_related(
        "request__account", "request__subject", "request__suspicion", "assignee", "handler", "preparer", "decider"
    )
    # Not first(): it would put one row in an order, which costs Django a fifth of the page.
    case: Case | None = next(iter(rows.filter(pk=case_id)), None)
    if case is None:
        if Tombstone.objects.of(request.controller).filter(pk=case_id).exists():
            raise NoLongerKeptError
        raise Http404
    case.controller = case.request.controller = request.controller
    if case.state == State.ARCHIVED and not may_see_archive(request.actor):
        raise PermissionDenied
    return case
