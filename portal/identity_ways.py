"""The ways on the page "Show us it is you": which are open here, what each is enough for, in the person's words (ux.md 1.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from dsr import wording
from dsr.carriers import eid, post, sms
from dsr.cases import codes
from dsr.fulfil.contact import postal_stores
from dsr.fulfil.stores import customer_number_stores
from dsr.law import identity as law
from dsr.law.identity import Way
from dsr.law.rights import Right

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dsr.models import Request, User


def stores_of(request: Any) -> list[tuple[str, str]]:
    """The stores whose customer numbers prove something, as (name, label)."""
    return customer_number_stores(request.controller, request.LANGUAGE_CODE)


def letter_stores(request: Any) -> list[tuple[str, str]]:
    """Those of them to whose customers a letter can be printed; none without a post room."""
    if post.folder() is None:
        return []
    return [pair for pair in stores_of(request) if pair[0] in postal_stores()]


def channels() -> tuple[str, ...]:
    """How a code can travel. A gateway that is configured wrongly is not offered: `manage.py check` names what is wrong."""
    try:
        return ("mail", "sms") if sms.gateway() is not None else ("mail",)
    except ImproperlyConfigured:
        return ("mail",)


@dataclass(frozen=True, slots=True)
class Offer:
    """One card of the page."""

    title: str
    text: str
    enough: str
    label: str
    url: str
    post: bool = False
    later: datetime | None = None


def offers(request: Any, asked: Request, user: User | None, *, now: datetime) -> list[Offer]:
    """What helps now, the quickest first; what is locked stays in the list and says until when."""
    waiting = standing_of(asked).waiting
    chosen = law.choices(
        waiting,
        level=asked.identity_level,
        contact_is_new=asked.contact_is_new,
        offered=_open_here(request, asked, user),
    )
    until = codes.locked_until(request=asked, now=now)
    several = len(waiting) > 1
    return [
        Offer(
            *_words(request, asked, user, one.way), enough=_enough(one, several=several), **_link(asked, user, one.way)
        )
        if one.way is not Way.CODE or until is None
        else Offer(*_words(request, asked, user, one.way), enough="", label="", url="", later=until)
        for one in chosen
    ]


def standing_of(asked: Request) -> law.Standing:
    """Which of her open rights wait for a proof and which go on."""
    order = list(Right)
    rights = sorted((Right(case.right) for case in asked.cases.all() if case.is_open), key=order.index)
    return law.standing(rights, level=asked.identity_level, contact_is_new=asked.contact_is_new)


def _open_here(request: Any, asked: Request, user: User | None) -> set[Way]:
    """What this installation offers; a person at the telephone or in a shop is always there."""
    found = {Way.CALLBACK, Way.SHOP}
    hers = user is not None and asked.account_id == user.pk
    if stores_of(request):
        found |= {Way.ACCOUNT} if hers or asked.account_id is None else set()
        found |= set() if hers else {Way.CODE}
    if letter_stores(request):
        found.add(Way.LETTER)
    if eid.service_of(request.controller) is not None:
        found.add(Way.EID)
    return found


def _words(request: Any, asked: Request, user: User | None, way: Way) -> tuple[str, str]:
    hers = user is not None and asked.account_id == user.pk
    where = (
        _("We send a code to the e-mail address or the mobile number on your contract.")
        if "sms" in channels()
        else _("We send a code to the e-mail address on your contract.")
    )
    if way is Way.ACCOUNT and hers:
        once = _("You do this once. About 2 minutes.")
        return _("Link your customer number"), f"{where} {once}"
    quick = _("About 2 minutes.")  # outside the text that holds it: what extracts sentences does not look in there
    return {
        Way.ACCOUNT: (
            _("With an account on this website"),
            _(
                "Sign in, or make an account. Then enter your customer number and the code we send you. About 3 minutes."
            ),
        ),
        Way.CODE: (_("With a code, without an account"), f"{where} {quick}"),
        Way.EID: (
            _("With %(service)s") % {"service": eid.label(request.controller, request.LANGUAGE_CODE)},
            _("You go to the website of the electronic identity and come back to us. About 3 minutes."),
        ),
        Way.LETTER: (
            _("With a code by letter"),
            _("We send a letter to the address on your contract. It takes 2 to 4 working days."),
        ),
        Way.CALLBACK: (
            _("With a call"),
            _(
                "We call you on the number in your contract. Somebody else’s number does not help, so we do not ask for one."
            ),
        ),
        Way.SHOP: (
            _("In a shop"),
            _("Show your identity card there. We look at it and make no copy. Take your reference with you."),
        ),
    }[way]


def _link(asked: Request, user: User | None, way: Way) -> dict[str, Any]:
    here = [asked.reference]
    hers = user is not None and asked.account_id == user.pk
    if way is Way.ACCOUNT and hers:
        return {"label": _("Enter my customer number"), "url": reverse("portal:link")}
    account = _("Sign in or make an account") if user is None else _("Add this request to my account")
    links: dict[Way, dict[str, Any]] = {
        Way.ACCOUNT: {"label": account, "url": reverse("portal:identity-account", args=here)},
        Way.CODE: {"label": _("Get a code"), "url": reverse("portal:identity-number", args=here)},
        Way.EID: {
            "label": _("Use my electronic identity"),
            "url": reverse("portal:identity-eid", args=here),
            "post": True,
        },
        Way.LETTER: {"label": _("Get a letter"), "url": reverse("portal:identity-letter", args=here)},
        Way.CALLBACK: {"label": _("Ask for a call"), "url": reverse("portal:identity-call", args=here)},
        Way.SHOP: {"label": _("Page for the shop"), "url": reverse("portal:identity-shop", args=here)},
    }
    return links[way]


def rights_in_words(rights: Sequence[Right]) -> str:
    """`Copy of your data, Deletion`: as the status page names them."""
    return get_text_list([wording.right_plain(right) for right in rights], _("and"))


def _enough(choice: law.Choice, *, several: bool) -> str:
    """Nothing to say when it is enough for everything."""
    if not choice.not_enough_for:
        return ""
    if not choice.enough_for:
        return _("This is the first of two signs. We need one more after it.")
    if several:
        return _("This is enough for: %(rights)s. For the rest we need one more sign.") % {
            "rights": rights_in_words(choice.enough_for)
        }
    return ""
