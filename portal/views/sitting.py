"""Around the questions: go on or throw away, add a right or take one out, and the pages for who asks for somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from dsr import wording
from dsr.law import persons
from dsr.law.rights import Right
from portal import access, draft, questions

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse


def asks_first(request: Any, now: datetime) -> bool:
    """Whether what was typed may be somebody else's: the session that typed it is over, or its account is signed out."""
    if draft.locked(request, now=now) is not None:
        return True
    return draft.begun(request, now=now) and not draft.claimed(request, now=now)


def unfinished_page(request: Any, now: datetime) -> HttpResponse:
    """Ask whether to go on before anything of it is shown: on a shared computer the next one is another person."""
    row = draft.current(request, now=now) or draft.locked(request, now=now)
    context = {
        "nav": "start",
        "row": row,
        "locked": draft.locked(request, now=now) is not None,
        "next": request.get_full_path(),
    }
    return render(request, "portal/unfinished.html", context)


def _onward(request: Any) -> HttpResponse:
    """To the page of ours that the form names, else to where the draft stopped; never to another site."""
    where = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(where, allowed_hosts=None) and where.startswith(reverse("portal:new")):
        return HttpResponseRedirect(where)
    return HttpResponseRedirect(reverse("portal:new"))


@require_POST
def go_on(request: Any) -> HttpResponse:
    """Go on with the unfinished request; one that belongs to an account opens after signing in."""
    now = timezone.now()
    if draft.locked(request, now=now) is not None:
        return access.to_sign_in(request, _onward(request)["Location"])
    draft.claim(request, now=now)
    return _onward(request)


@require_POST
def throw_away(request: Any) -> HttpResponse:
    """Forget what was typed. A draft that belongs to an account stays with it and leaves this browser only."""
    now = timezone.now()
    draft.discard(request, now=now)
    if "next" in request.POST:
        return _onward(request)
    return render(request, "portal/thrown_away.html", {"nav": "start"})


@require_POST
def add(request: Any) -> HttpResponse:
    """Another right for the same person: the answers of this one are set aside, who and contact are not asked again (T-26)."""
    now = timezone.now()
    right = draft.content(request, now=now).get("answers", {}).get("what", {}).get("right", "")
    if right in set(Right) and not asks_first(request, now):
        draft.finish_right(request, right, questions.OWN, now=now)
    return HttpResponseRedirect(reverse("portal:new-step", args=["what"]))


@require_POST
def remove(request: Any) -> HttpResponse:
    """Take one right out of the sitting, or stop choosing another one; the last one stays."""
    now, right = timezone.now(), request.POST.get("right", "")
    found = draft.content(request, now=now)
    if found.get("done") and not asks_first(request, now):
        draft.drop_right(request, right, questions.OWN, now=now)
    return HttpResponseRedirect(reverse("portal:check"))


@require_safe
def died(request: Any) -> HttpResponse:
    """What can be asked for somebody who died, by the law of the controller's country (H-06 to H-08)."""
    found = persons.after_death(request.controller.country)
    rights = [wording.right_plain(right) for right in Right if found and right in found.rights]
    return render(request, "portal/died.html", {"nav": "start", "law": found, "rights": rights})


@require_safe
def arrived(request: Any) -> HttpResponse:
    """The one who handed in a request for somebody else sees that it arrived, and nothing more (H-09)."""
    sent = draft.handed_in(request.session)
    if not sent:
        return HttpResponseRedirect(reverse("portal:start"))
    return render(request, "portal/arrived.html", {"nav": "start", "reference": list(sent.values())[-1]})
