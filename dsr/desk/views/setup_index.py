"""The page "Set up": a card for each part with one line of how it stands; and the page of the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as flash
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dsr import wording
from dsr.cases import ring_state, suppression_keys
from dsr.desk import setup_cards
from dsr.desk.access import DeskRequest, Duty, duty_refusal, staff_required
from dsr.desk.attempt import attempt
from dsr.desk.shell import page
from dsr.desk.views.setup_controller import insist_setup
from dsr.fulfil.signing import rotate_signing_key
from dsr.models import Anchor, SigningKey

if TYPE_CHECKING:
    from django.http import HttpResponse


@staff_required
@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """What this colleague may open of the set-up, each with how it stands."""
    return page(request, "setup_index", {"cards": setup_cards.cards(request)}, current="setup")


@staff_required
@require_safe
def keys(request: DeskRequest) -> HttpResponse:
    """Ids, counts and fingerprints: the ring, the keys that sign, the last anchor. Never a key."""
    insist_setup(request)
    refused = duty_refusal(request.actor, Duty.SIGNING_KEY)
    ring = ring_state.state_of(request.controller)
    context: dict[str, Any] = {
        "ring": ring,
        "pending": sum(one.rows for one in ring if not one.first),
        "missing": [one.id for one in ring if not one.held],
        "signing": SigningKey.objects.of(request.controller).order_by("-valid_from", "-valid_to"),
        "anchor": Anchor.objects.order_by("-day").first(),
        "list_keys": suppression_keys.entries(request.controller),
        "why_not": wording.refusal(refused) if refused else "",
    }
    return page(request, "setup_keys", context, current="setup")


@staff_required
@require_POST
def rotate(request: DeskRequest) -> HttpResponse:
    """Replace the key that signs; packages that were signed stay verifiable."""
    outcome = attempt(
        lambda: rotate_signing_key(controller=request.controller, actor=request.actor, now=timezone.now())
    )
    if outcome.done:
        flash.success(
            request, _("A new key signs from now on. The one before stays published and signs nothing any more.")
        )
    else:
        flash.error(request, outcome.why_not or _("Somebody else replaced the key in the same moment. Look again."))
    return redirect("desk:setup-keys")


@staff_required
@require_POST
def new_list_key(request: DeskRequest) -> HttpResponse:
    """Begin another key of the suppression list; entries go over to it as they are met."""
    outcome = attempt(
        lambda: suppression_keys.new_key(controller=request.controller, actor=request.actor, now=timezone.now())
    )
    if outcome.done:
        flash.success(
            request, _("A new key hashes from now on. The older ones answer until no entry is left under them.")
        )
    else:
        flash.error(request, outcome.why_not or _("Somebody else did the same in this moment. Look again."))
    return redirect("desk:setup-keys")
