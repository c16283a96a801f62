"""The button that names the recipients (Art. 19 sentence 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from dsr import limits
from dsr.cases import recipients_told
from dsr.limits import limited
from portal import access, status, told

if TYPE_CHECKING:
    from dsr.models import Request


@require_POST
@limited(limits.new_request)
@access.own
def ask(http: Any, asked: Request) -> HttpResponse:
    """She asks who was told: noted once in each case, and shown from then on."""
    for case in told.cases_of(http, asked):
        recipients_told.name_to_subject(case_id=case.pk, actor=status.actor_of(http), now=timezone.now())
    return HttpResponseRedirect(f"{reverse('portal:request', args=[asked.reference])}#recipients")
