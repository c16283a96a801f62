"""Show us it is you: the ways, a code to the contact on the contract, an account and its customer number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dsr import limits
from dsr.cases import identity, proofs
from dsr.cases.codes import TooManyCodesError
from dsr.fulfil.stores import customer_number_stores
from dsr.limits import limited
from portal import access, progress
from portal.forms.proof import CodeForm, NumberForm, code_error

if TYPE_CHECKING:
    from django.http import HttpResponse

    from dsr.models import Request, User

READ_OR_SEND = ["GET", "HEAD", "POST"]


def _stores(request: Any) -> list[tuple[str, str]]:
    return customer_number_stores(request.controller, request.LANGUAGE_CODE)


@require_safe
@access.own
def ways(request: Any, asked: Request) -> HttpResponse:
    """How she can show who she is; each way on its own page, none needs a copy of a passport (I-01, I-04)."""
    user, parts = access.subscriber(request), progress.parts_of(asked, now=timezone.now())
    if not any(part.is_open for part in parts):
        return HttpResponseRedirect(reverse("portal:request", args=[asked.reference]))  # says how to take it up again
    context = {
        "nav": "requests",
        "asked": asked,
        "user_here": user,
        "hers": user is not None and asked.account_id == user.pk,
        "needed": progress.proof_needed(asked),
        "for_other": bool(asked.content().get("scope", {}).get("for")),
        "has_numbers": bool(_stores(request)),
        "parts": parts,
    }
    return render(request, "portal/identity.html", context)


def _ask_number(request: Any, template: str, context: dict[str, Any], start: Any, then: str) -> HttpResponse:
    """Ask for a customer number and start the code; the next page is the same whether or not the number is ours."""
    stores = _stores(request)
    form = NumberForm(request.POST if request.method == "POST" else None, stores=stores)
    if request.method == "POST" and stores and form.is_valid():
        try:
            start(store=form.store_name, customer_number=form.cleaned_data["number"], now=timezone.now())
            return HttpResponseRedirect(then)
        except TooManyCodesError:
            form.add_error(None, too_many_codes())
    return render(request, template, {"nav": "requests", "form": form, "stores": stores, **context})


def too_many_codes() -> str:
    """Said when six codes in an hour did not help; the page offers the other ways."""
    return _("We have sent six codes in the last hour. Please wait an hour, or choose another way.")


@require_http_methods(READ_OR_SEND)
@limited(limits.find)
@access.own
def number(request: Any, asked: Request) -> HttpResponse:
    """Without an account: the customer number; a code goes to the contact on the contract, if it is ours."""

    def start(**entered: Any) -> None:
        identity.start_identity(request=asked, **entered)

    then = reverse("portal:identity-code", args=[asked.reference])
    back = reverse("portal:identity", args=[asked.reference])
    return _ask_number(request, "portal/number.html", {"asked": asked, "back": back}, start, then)


@require_http_methods(READ_OR_SEND)
@limited(limits.code_entry)
@access.own
def code(request: Any, asked: Request) -> HttpResponse:
    """The code from the contract's contact."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        checked = identity.finish_identity(request=asked, entered=form.cleaned_data["code"], now=timezone.now())
        if checked.status == "ok":
            messages.success(request, _("Thank you. The code was right."))
            return HttpResponseRedirect(reverse("portal:identity", args=[asked.reference]))
        form.add_error("code", code_error(checked.status, checked.tries_left))
    again = reverse("portal:identity-number", args=[asked.reference])
    back = reverse("portal:identity", args=[asked.reference])
    return render(request, "portal/number_code.html", {"nav": "requests", "form": form, "again": again, "back": back})


@require_http_methods(READ_OR_SEND)
@access.own
def account(request: Any, asked: Request) -> HttpResponse:
    """Attach a request made without an account to the account that is signed in; on GET it leads to the sign-in first."""
    user = access.subscriber(request)
    here = reverse("portal:identity", args=[asked.reference])
    if user is None:
        return access.to_sign_in(request, reverse("portal:identity-account", args=[asked.reference]))
    if request.method != "POST":
        return render(
            request, "portal/adopt.html", {"nav": "requests", "asked": asked, "user_here": user, "back": here}
        )
    if proofs.adopt(request=asked, user=user, now=timezone.now()):
        messages.success(request, _("Your request is now in your account."))
    return HttpResponseRedirect(here)


@require_http_methods(READ_OR_SEND)
@limited(limits.find)
@access.signed_in
def link(request: Any, user: User) -> HttpResponse:
    """Link the account to a customer number: then it is identified, for open requests and for those to come (I-02)."""

    def start(**entered: Any) -> None:
        identity.start_link(user=user, **entered)

    labels = dict(_stores(request))
    linked = [{"store": labels.get(store, store), "number": found} for store, found in identity.links_of(user)]
    context = {"linked": linked, "several": len(labels) > 1, "back": reverse("portal:requests")}
    return _ask_number(request, "portal/link.html", context, start, reverse("portal:link-code"))


@require_http_methods(READ_OR_SEND)
@limited(limits.code_entry)
@access.signed_in
def link_code(request: Any, user: User) -> HttpResponse:
    """The code that links."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        checked = identity.finish_link(user=user, entered=form.cleaned_data["code"], now=timezone.now())
        if checked.status == "ok":
            messages.success(request, _("Thank you. We know now that it is you, and go on with your requests."))
            return HttpResponseRedirect(reverse("portal:requests"))
        form.add_error("code", code_error(checked.status, checked.tries_left))
    again, back = reverse("portal:link"), reverse("portal:link")
    return render(request, "portal/number_code.html", {"nav": "requests", "form": form, "again": again, "back": back})
