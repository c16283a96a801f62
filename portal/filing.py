"""From the answers of a draft to a request: which rights, what the person told us, which date we promise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from dsr.cases import actors, clock, intake, proofs
from dsr.cases.intake import Told
from dsr.law.rights import RestrictionGround, Right
from dsr.models import Channel
from portal.questions import path

if TYPE_CHECKING:
    from datetime import date, datetime

    from dsr.models import Controller, Request
    from portal.questions import About

# Free text by page and field; what stands alone on its page needs no heading before it.
_WORDS = (
    ("kinds", "words", ""),
    ("correct", "wrong", "1. "),
    ("correct", "right_value", "2. "),
    ("delete-some", "words", ""),
    ("objection", "use", "1. "),
    ("objection", "situation", "2. "),
    ("restriction-what", "words", ""),
    ("provider", "words", ""),
    ("consent", "words", ""),
    ("decision", "decision", "1. "),
    ("decision", "view", "2. "),
)
# Codes of the scope (dsr.wording.asked) by page and field.
_SCOPE = (
    ("data", "extent", "data"),
    ("kinds", "kinds", "kinds"),
    ("months", "start", "from"),
    ("months", "end", "to"),
    ("pause", "pause", "pause"),
    ("delete", "delete", "delete"),
    ("copy", "copy_first", "copy_first"),
    ("restriction", "ground", "ground"),
    ("portability", "to_whom", "to_whom"),
    ("contact", "reply", "reply"),
    ("contact", "formats", "formats"),
)
_IDENTIFIERS = ("customer_number", "phone", "email", "address")


def rights_of(about: About) -> list[Right]:
    """The right asked for, and the one that a yes on the way adds: a pause (18(1)(a)) or a copy first (T-26)."""
    if about.right is None:
        return []
    rights = [about.right]
    if about.right is Right.RECTIFICATION and about.get("pause", "pause") == "yes":
        rights.append(Right.RESTRICTION)
    if about.right is Right.ERASURE and about.get("copy", "copy_first") == "yes":
        rights.append(Right.ACCESS)
    return rights


def promised_on(*, controller: Controller, about: About, now: datetime) -> date | None:
    """The latest due date of a request sent `now`, by the same function that computes it when it is sent (T-05)."""
    today = clock.local_date(controller, now)
    dates = [
        clock.columns(clock.clock_input(controller=controller, received_at=now, right=right), today=today)["due_on"]
        for right in rights_of(about)
    ]
    return max((day for day in dates if day), default=None)


def told_of(about: About) -> Told:
    """What the person told us; only the pages that still apply count."""
    live = {step.name for step in path(about)}

    def get(step: str, name: str) -> Any:
        return about.get(step, name) if step in live else ""

    words = [f"{mark}{get(step, name)}".strip() for step, name, mark in _WORDS if get(step, name)]
    identifiers = [(kind, str(get("details", kind))) for kind in _IDENTIFIERS]
    identifiers += [("address", str(get("details", "former")))]
    identifiers += [(kind, str(get("marketing", kind))) for kind in ("email", "phone", "address")]
    return Told(
        name=_name(about, get),
        words="\n\n".join(words),
        contact_email=_email(about, get),
        contact_post=str(get("post", "post") or _given_address(get)) if get("contact", "reply") == "letter" else "",
        identifiers=tuple((kind, value) for kind, value in identifiers if value),
        scope=_scope(get),
    )


def _name(about: About, get: Any) -> str:
    if about.user is not None:
        return str(get("name", "name") or about.user.display_name)
    # A marketing stop needs no name: the address or number is who she is (I-06).
    marketing = (get("marketing", way) for way in ("email", "phone", "address"))
    return str(get("details", "name") or next(filter(None, marketing), ""))


def _email(about: About, get: Any) -> str:
    if get("contact", "reply") != "portal":
        return ""
    if about.user is not None:
        return about.user.email
    return str(get("email", "email") or get("details", "email") or get("marketing", "email"))


def _given_address(get: Any) -> str:
    return str(get("details", "address") or get("marketing", "address"))


def _scope(get: Any) -> dict[str, Any]:
    scope: dict[str, Any] = {code: get(step, name) for step, name, code in _SCOPE if get(step, name)}
    if scope.get("pause") == "yes":
        scope["ground"] = RestrictionGround.ACCURACY_CONTESTED.value
    if get("account", "account") == "former":
        scope["former"] = True
    who = get("who", "who")
    if who in {"child", "other"}:
        scope["for"] = {"who": who, "name": get("other", "name"), "note": get("other", "note")}
    return scope


@transaction.atomic
def send(*, controller: Controller, about: About, submission_key: str, language: str, now: datetime) -> Request:
    """Open the request (T-02: counted now, whatever is proved later); proven links of the account identify it at once (I-02).

    InvalidRequestError says what is missing. The same key twice gives the same request.
    """
    user = about.user
    request = intake.open_request(
        controller=controller,
        rights=rights_of(about),
        channel=Channel.PORTAL,
        told=told_of(about),
        language=str(about.get("contact", "language") or language),
        received_at=now,
        actor=actors.subject(str(user.pk) if user else ""),
        now=now,
        account=user,
        submission_key=submission_key,
    )
    if user is not None and not request.identity_level:
        proofs.identify_by_links(request=request, user=user, now=now)
    return request
