"""The page "Brand" of the set-up: what subscribers see of this controller, with a sample of the colours and who changed what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dsr import brand as look
from dsr import wording
from dsr.cases import brand
from dsr.colours import HEX
from dsr.desk.access import DeskRequest, Duty, duty_refusal, staff_required
from dsr.desk.attempt import attempt
from dsr.desk.forms.brand import BrandForm
from dsr.desk.shell import page
from dsr.models import BrandChange

if TYPE_CHECKING:
    from collections.abc import Iterator

NEWEST = 20


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: DeskRequest) -> HttpResponse:
    """Look, try colours, or save; what cannot be read or may not be left out is refused with what would do."""
    refused = duty_refusal(request.actor, Duty.BRAND)
    form = BrandForm.of(request.controller, request.POST or None, request.FILES or None)
    if request.method == "POST" and refused is None and form.is_valid() and "try" not in request.POST:
        outcome = attempt(
            lambda: brand.change(
                controller=request.controller,
                values=form.values(),
                logo=form.logo_bytes(),
                actor=request.actor,
                now=timezone.now(),
            )
        )
        if outcome.done:
            flash.success(request, _("Saved. Every page shows it from now on."))
            return redirect("desk:brand")
        form.add_error(None, outcome.why_not or _("Somebody else changed it in the same moment. Look again."))
    if refused is not None:
        for field in form.fields.values():
            field.disabled = True
    context = {
        "form": form,
        "why_not": wording.refusal(refused) if refused else "",
        "sample_url": _sample_url(form),
        "changes": list(_changes(request)),
    }
    status = 409 if refused and request.method == "POST" else 422 if form.errors else 200
    return page(request, "brand", context, current="brand", status=status)


def _sample_url(form: BrandForm) -> str:
    colours = {name: str(form[f"colour_{name}"].value() or "").strip().lower() for name in ("light", "dark")}
    query = {name: colour[1:] for name, colour in colours.items() if HEX.fullmatch(colour)}
    return f"{reverse('desk:brand-sample')}?{urlencode(query)}"


@staff_required
@require_safe
def sample(request: DeskRequest) -> HttpResponse:
    """The stylesheet of the two sample boxes, for colours that are not saved yet."""
    colours = {name: f"#{request.GET.get(name, '')}" for name in ("light", "dark")}
    light, dark = (colours[name] if HEX.fullmatch(colours[name]) else "" for name in ("light", "dark"))
    return HttpResponse(look.sample(light, dark), content_type="text/css; charset=utf-8")


def _changes(request: DeskRequest) -> Iterator[dict[str, Any]]:
    labels = {name: str(field.label) for name, field in BrandForm.of(request.controller).fields.items()}
    labels |= {"office_hours": _("Office hours"), "logo_sha256": _("Logo")}
    rows = BrandChange.objects.of(request.controller).select_related("by").order_by("-at", "pk")[:NEWEST]
    for row in rows:
        who = (row.by.display_name or row.by.email) if row.by else _("nobody any more")
        yield {"at": row.at, "who": who, "fields": ", ".join(labels.get(name, name) for name in row.changes)}
