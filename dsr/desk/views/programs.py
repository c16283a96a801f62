"""Programs of the controller that call the machine interface: their keys, made once, shown once, ended at any time (docs/api.md)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages as flash
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dsr import wording
from dsr.addresses import base_url
from dsr.cases import api_keys
from dsr.desk.access import DeskRequest, Duty, duty_refusal, staff_required
from dsr.desk.attempt import attempt
from dsr.desk.forms.programs import SCOPES, ProgramForm
from dsr.desk.shell import page
from dsr.desk.views.setup_controller import insist_setup
from dsr.models import ApiKey

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

MOST = 200
"""Keys shown, the newest first; what ended long ago is in the chain of changes."""
USED_DAYS = 30
"""Over how many days the page sums up what a key asked in bulk."""


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: DeskRequest) -> HttpResponse:
    """The keys with what each may do and when it was last used; the new one's secret stands on the answer to its form, once."""
    insist_setup(request)
    form = ProgramForm(request.POST or None)
    secret, why_not = "", ""
    refused = duty_refusal(request.actor, Duty.SIGNING_KEY)
    if request.method == "POST" and form.is_valid():
        made: list[str] = []

        def run() -> None:
            _row, key = api_keys.make(
                controller=request.controller, actor=request.actor, now=timezone.now(), **form.cleaned_data
            )
            made.append(key)

        outcome = attempt(run)
        why_not = outcome.why_not
        secret, form = (made[0], ProgramForm()) if made else ("", form)
    rows = list(ApiKey.objects.of(request.controller).order_by("revoked_at", "-created_at", "pk")[:MOST])
    uses = api_keys.uses(rows, since=timezone.now().date() - timedelta(days=USED_DAYS))
    context: dict[str, Any] = {
        "form": form,
        "secret": secret,
        "why_not": why_not or (wording.refusal(refused) if refused else ""),
        "may": refused is None,
        "base": f"{base_url(request.controller)}/api/v1/",
        "rows": [
            {
                "key": row,
                "scopes": [str(SCOPES.get(scope, scope)) for scope in row.scopes],
                "use": uses.get(row.pk),
            }
            for row in rows
        ],
    }
    return page(request, "programs", context, current="setup", status=409 if why_not else 200)


@staff_required
@require_POST
def end(request: DeskRequest, key_id: UUID) -> HttpResponse:
    """End a key; the next call with it is refused."""
    insist_setup(request)
    done: list[bool] = []
    outcome = attempt(
        lambda: done.append(
            api_keys.revoke(controller=request.controller, key_id=key_id, actor=request.actor, now=timezone.now())
        )
    )
    if outcome.done and done[0]:
        flash.success(request, _("Ended. The program gets no answer with it any more."))
    else:
        flash.error(request, outcome.why_not or _("This key has ended already."))
    return redirect("desk:programs")
