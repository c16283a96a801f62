"""My settings: keys on, off and remapped; the rule for sharing out, which leads and administrators set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dsr import wording
from dsr.cases import assigning
from dsr.cases.perform import RefusedError
from dsr.desk import keys
from dsr.desk.access import DeskRequest, Duty, duty_refusal, staff_required
from dsr.desk.case_page import colleagues
from dsr.desk.forms.me import KeysForm
from dsr.desk.forms.queue import SharingForm
from dsr.desk.shell import page

if TYPE_CHECKING:
    from django.http import HttpResponse


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: DeskRequest) -> HttpResponse:
    """Which key does what for this colleague; `ours` puts every key back."""
    current = keys.keys_of(keys.settings_of(request.staff))
    if request.POST.get("ours"):
        keys.choose(user=request.staff, chosen={one.act: one.key for one in keys.KEYS})
        messages.success(request, _("Every key is as it was in the beginning."))
        return redirect("desk:me")
    form = KeysForm(request.POST if request.method == "POST" else None, current=current)
    if request.method == "POST" and form.is_valid():
        keys.choose(user=request.staff, chosen=form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("desk:me")
    return page(request, "queue_me", {"form": form}, current="me", status=422 if form.errors else 200)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def sharing(request: DeskRequest) -> HttpResponse:
    """How unassigned cases are shared out; everybody sees it, leads and administrators change it."""
    rule = assigning.rule_of(request.controller)
    given = {"by_itself": rule.by_itself, "by_language": rule.by_language, "team": rule.team}
    staff = colleagues(request)
    teams = sorted({team for user in staff for team in user.teams} | ({rule.team} if rule.team else set()))
    refused = duty_refusal(request.actor, Duty.SHARE_RULE)
    form = SharingForm(request.POST if request.method == "POST" else None, initial=given, teams=teams)
    if request.method == "POST" and form.is_valid():
        try:
            assigning.set_rule(
                controller=request.controller, actor=request.actor, now=timezone.now(), **form.cleaned_data
            )
        except RefusedError as error:
            messages.error(request, wording.refusal(error.refusal))
        else:
            messages.success(request, _("Saved."))
        return redirect("desk:sharing")
    context = {
        "form": form,
        "staff": assigning.able(request.controller, now=timezone.now()),
        "why_not": wording.refusal(refused) if refused else "",
    }
    return page(request, "queue_sharing", context, current="sharing", status=422 if form.errors else 200)
