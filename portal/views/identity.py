"""Show us it is you: the ways, a code to the contact on the contract, a letter, a call, an account and its customer number."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dsr import accounts, limits
from dsr.cases import identity, identity_checks, identity_codes, notices, proofs
from dsr.cases.clock import local_date
from dsr.cases.codes import LockedError, TooManyCodesError
from dsr.cases.perform import ConflictError
from dsr.limits import limited
from dsr.models import IdentityCheck
from portal import access, identity_ways, progress
from portal.forms.proof import CallForm, CodeForm, NumberForm, code_error, no_code_now

if TYPE_CHECKING:
    from django.http import HttpResponse

    from dsr.models import Request, User

READ_OR_SEND = ["GET", "HEAD", "POST"]


@require_safe
@access.own
def ways(request: Any, asked: Request) -> HttpResponse:
    """How she can show who she is; each way on its own page, none needs a copy of a passport (I-01, I-04)."""
    user, now = access.subscriber(request), timezone.now()
    parts = progress.parts_of(asked, now=now)
    if not any(part.is_open for part in parts):
        return HttpResponseRedirect(reverse("portal:request", args=[asked.reference]))  # says how to take it up again
    standing = identity_ways.standing_of(asked)
    open_checks = asked.checks.filter(closed_at__isnull=True).values_list("kind", flat=True)
    context = {
        "nav": "requests",
        "asked": asked,
        "needed": progress.proof_needed(asked),
        "for_other": bool(asked.content().get("scope", {}).get("for")),
        "offers": identity_ways.offers(request, asked, user, now=now),
        "waiting": identity_ways.rights_in_words(standing.waiting),
        "going_on": identity_ways.rights_in_words(standing.going_on),
        "called": IdentityCheck.Kind.CALLBACK in open_checks,
        "compared": IdentityCheck.Kind.COMPARE in open_checks,
    }
    return render(request, "portal/identity.html", context)


def _ask_number(
    request: Any,
    template: str,
    context: dict[str, Any],
    start: Any,
    then: str,
    *,
    stores: list[tuple[str, str]] | None = None,
    channels: tuple[str, ...] = ("mail",),
    known: str = "",
) -> HttpResponse:
    """Ask for a customer number and start the code; the next page is the same whether or not the number is ours.

    `known` was typed before and is not asked twice (WCAG 3.3.7); it leads to no destination by itself.
    """
    stores = identity_ways.stores_of(request) if stores is None else stores
    sent = request.POST if request.method == "POST" else None
    form = NumberForm(sent, stores=stores, channels=channels, initial={"number": known})
    if request.method == "POST" and stores and form.is_valid():
        try:
            start(form, now=timezone.now())
            return HttpResponseRedirect(then)
        except (TooManyCodesError, LockedError) as error:
            form.add_error(None, no_code_now(error))
    return render(request, template, {"nav": "requests", "form": form, "stores": stores, **context})


def _typed_number(asked: Request) -> str:
    """The customer number she gave with her request."""
    given = asked.content().get("identifiers", [])
    return next((str(value) for kind, value in given if kind == "customer_number"), "")


@require_http_methods(READ_OR_SEND)
@limited(limits.find)
@access.own_proof
def number(request: Any, asked: Request) -> HttpResponse:
    """Without an account: the customer number; a code goes to the contact on the contract, if it is ours."""

    def start(form: NumberForm, **at: Any) -> None:
        identity_codes.start_identity(
            request=asked,
            store=form.store_name,
            customer_number=form.cleaned_data["number"],
            way=form.way,
            asker=access.asker(request.session),
            **at,
        )

    then = reverse("portal:identity-code", args=[asked.reference])
    context = {"asked": asked, "back": reverse("portal:identity", args=[asked.reference])}
    channels, known = identity_ways.channels(), _typed_number(asked)
    return _ask_number(request, "portal/number.html", context, start, then, channels=channels, known=known)


@require_http_methods(READ_OR_SEND)
@limited(limits.code_entry)
@access.own_proof
def code(request: Any, asked: Request) -> HttpResponse:
    """The code from the contract's contact; after five wrong ones the other ways are named on the same page."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = ""
    if request.method == "POST" and form.is_valid():
        entered, asker = form.cleaned_data["code"], access.asker(request.session)
        checked = identity_codes.finish_identity(request=asked, entered=entered, now=timezone.now(), asker=asker)
        status = checked.status
        if status == "ok":
            messages.success(request, _("Thank you. The code was right."))
            return HttpResponseRedirect(reverse("portal:identity", args=[asked.reference]))
        form.add_error("code", code_error(status, checked.tries_left))
    again = reverse("portal:identity-number", args=[asked.reference])
    back = reverse("portal:identity", args=[asked.reference])
    others = identity_ways.offers(request, asked, access.subscriber(request), now=timezone.now())
    return _code_page(request, form, again, back, locked=status == "locked", others=others)


def _code_page(request: Any, form: CodeForm, again: str, back: str, **more: Any) -> HttpResponse:
    context = {"nav": "requests", "form": form, "again": again, "back": back, **more}
    context |= {"sms": "sms" in identity_ways.channels()}
    return render(request, "portal/number_code.html", context)


@require_http_methods(READ_OR_SEND)
@limited(limits.find)
@access.own_proof
def letter(request: Any, asked: Request) -> HttpResponse:
    """A code by letter to the address on the contract; the code is entered where letters say, on any device."""
    stores = identity_ways.letter_stores(request)

    def start(form: NumberForm, **at: Any) -> None:
        identity_codes.start_letter(
            request=asked, store=form.store_name, customer_number=form.cleaned_data["number"], **at
        )

    back = reverse("portal:identity", args=[asked.reference])
    then = reverse("portal:identity-letter-sent", args=[asked.reference])
    context, known = {"asked": asked, "back": back}, _typed_number(asked)
    return _ask_number(request, "portal/identity_letter.html", context, start, then, stores=stores, known=known)


@require_safe
@access.own_proof
def letter_sent(request: Any, asked: Request) -> HttpResponse:
    """What happens now, the same whether or not the number is ours."""
    until = local_date(asked.controller, timezone.now() + identity_codes.LETTER_FOR)
    context = {"nav": "requests", "asked": asked, "until": until}
    return render(request, "portal/identity_letter_sent.html", context)


@require_http_methods(READ_OR_SEND)
@limited(limits.new_request)
@access.own_proof
def call(request: Any, asked: Request) -> HttpResponse:
    """Ask to be called on the number on the contract; a member of staff finds it among what is due."""
    back = reverse("portal:identity", args=[asked.reference])
    if not progress.proof_needed(asked):
        return HttpResponseRedirect(back)
    form = CallForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with contextlib.suppress(ConflictError):  # a second click was quicker: the wish is there
            identity_checks.ask_callback(request=asked, time=form.cleaned_data["time"], now=timezone.now())
        messages.success(request, _("Thank you. We call you on the number in your contract on the next working day."))
        return HttpResponseRedirect(back)
    context = {"nav": "requests", "asked": asked, "form": form, "back": back}
    return render(request, "portal/identity_call.html", context)


@require_safe
@access.own_proof
def shop(request: Any, asked: Request) -> HttpResponse:
    """A page to print or to show on the phone: the reference, and what the shop is to do."""
    back = reverse("portal:identity", args=[asked.reference])
    return render(request, "portal/identity_shop.html", {"nav": "requests", "asked": asked, "back": back})


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
    second = accounts.second_factor(request)
    if proofs.adopt(request=asked, user=user, now=timezone.now(), second_factor=second):
        messages.success(request, _("Your request is now in your account."))
    return HttpResponseRedirect(here)


@require_http_methods(READ_OR_SEND)
@limited(limits.find)
@access.signed_in
def link(request: Any, user: User) -> HttpResponse:
    """Link the account to a customer number: then it is identified, for open requests and for those to come (I-02)."""

    def start(form: NumberForm, **at: Any) -> None:
        identity_codes.start_link(
            user=user,
            store=form.store_name,
            customer_number=form.cleaned_data["number"],
            way=form.way,
            asker=access.asker(request.session),
            **at,
        )

    labels = dict(identity_ways.stores_of(request))
    linked = [{"store": labels.get(store, store), "number": found} for store, found in identity.links_of(user)]
    context = {"linked": linked, "several": len(labels) > 1, "back": reverse("portal:requests")}
    newest = user.requests.order_by("-received_at").first()
    known = _typed_number(newest) if newest is not None and not linked else ""
    then, channels = reverse("portal:link-code"), identity_ways.channels()
    return _ask_number(request, "portal/link.html", context, start, then, channels=channels, known=known)


@require_http_methods(READ_OR_SEND)
@limited(limits.code_entry)
@access.signed_in
def link_code(request: Any, user: User) -> HttpResponse:
    """The code that links."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = ""
    if request.method == "POST" and form.is_valid():
        entered, asker = form.cleaned_data["code"], access.asker(request.session)
        checked = identity_codes.finish_link(user=user, entered=entered, now=timezone.now(), asker=asker)
        status = checked.status
        if status == "ok":
            notices.to_account(user=user, what="number_linked", now=timezone.now())
            messages.success(request, _("Thank you. We know now that it is you, and go on with your requests."))
            return HttpResponseRedirect(reverse("portal:requests"))
        form.add_error("code", code_error(status, checked.tries_left))
    again, back = reverse("portal:link"), reverse("portal:link")
    return _code_page(request, form, again, back, locked=status == "locked", others=[])
