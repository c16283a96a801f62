"""From the answers of a draft to a request: which rights, what the person told us, which date we promise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from dsr.cases import actors, clock, intake, proofs, uploads, use_stops
from dsr.cases.intake import Told
from dsr.law.persons import Person
from dsr.law.rights import RestrictionGround, Right
from dsr.models import Channel
from portal import senders
from portal.questions import OWN, live, parts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from dsr.models import Controller, Draft, Request
    from portal.questions import About

# Free text by page and field; what stands alone on its page needs no heading before it.
_WORDS = (
    ("kinds", "words", ""),
    ("delete-some", "words", ""),
    ("objection", "use", "1. "),
    ("objection", "situation", "2. "),
    ("own-words", "words", ""),
    ("restriction-what", "words", ""),
    ("provider", "name", ""),
    ("provider", "contact", ""),
    ("consent", "words", ""),
    ("decision", "decision", "1. "),
    ("decision", "view", "2. "),
)
# Codes of the scope (dsr.wording.asked) by page and field.
_SCOPE = (
    ("data", "extent", "data"),
    ("data", "paper", "paper"),
    ("kinds", "kinds", "kinds"),
    ("kinds", "recordings", "recordings"),
    ("kinds", "footage", "footage"),
    ("months", "start", "from"),
    ("months", "end", "to"),
    ("correct", "corrections", "corrections"),
    ("pause", "pause", "pause"),
    ("delete", "delete", "delete"),
    ("delete", "reason", "reason"),
    ("delete-some", "kinds", "delete_kinds"),
    ("copy", "copy_first", "copy_first"),
    ("restriction", "ground", "ground"),
    ("restriction-what", "kinds", "pause_kinds"),
    ("restriction-what", "until", "until_contract_end"),
    ("portability", "origins", "origins"),
    ("portability", "to_whom", "to_whom"),
    ("provider", "receiver", "receiver"),
    ("objection", "named", "uses"),
    ("consent", "named", "consents"),
    ("decision", "named", "decisions"),
    ("decision", "call", "call"),
    ("decision", "phone", "call_phone"),
    ("contact", "reply", "reply"),
    ("contact", "formats", "formats"),
    ("former", "until", "former_until"),
    ("details", "ip", "ip"),
    ("details", "ip_at", "ip_at"),
)


def _added(about: About) -> Right | None:
    """The right that a yes on the way adds: a pause (18(1)(a)) or a copy first (T-26)."""
    if about.right is Right.RECTIFICATION and about.get("pause", "pause") == "yes":
        return Right.RESTRICTION
    if about.right is Right.ERASURE and about.get("copy", "copy_first") == "yes":
        return Right.ACCESS
    return None


def rights_of(about: About) -> list[Right]:
    """Every right of the sitting once, in the order in which they were chosen; those that a yes adds at the end."""
    added = [_added(part) for part in parts(about)]
    return list(dict.fromkeys([*about.chosen, *(right for right in added if right)]))


def due_dates(*, controller: Controller, about: About, now: datetime) -> list[tuple[Right, date | None]]:
    """The due date of each right of a request sent `now`, by the same function that computes it when it is sent (T-05)."""
    today = clock.local_date(controller, now)
    inputs = {
        right: clock.clock_input(controller=controller, received_at=now, right=right) for right in rights_of(about)
    }
    return [(right, clock.columns(given, today=today)["due_on"]) for right, given in inputs.items()]


def told_of(*, controller: Controller, about: About, now: datetime, marks: Sequence[str] = ()) -> Told:
    """What the person told us; only the pages that still apply count. `marks` say how the form was sent (ux.md 1.6)."""
    views = parts(about)
    by_right = {str(part.right): {"words": _words(part), "scope": _own_scope(part)} for part in views if part.right}
    scope: dict[str, Any] = {}
    for part in reversed(views):  # what was chosen first wins where two rights were asked the same
        scope |= _own_scope(part)
    scope |= _common_scope(about)
    behalf = senders.behalf_of(about, controller=controller, today=clock.local_date(controller, now))
    if behalf is not None:
        scope["for"] = behalf.scope()
    if marks:
        scope["marks"] = list(marks)
    words = [_words(about)] if about.unsure else [str(part["words"]) for part in by_right.values() if part["words"]]
    return Told(
        name=senders.name_of(about),
        words="\n\n".join(words),
        contact_email=senders.email_of(about),
        contact_post=senders.post_of(about),
        identifiers=senders.identifiers_of(about),
        scope=scope,
        by_right=by_right,
    )


def _words(about: About) -> str:
    get = live(about)
    return "\n\n".join(f"{mark}{get(step, name)}".strip() for step, name, mark in _WORDS if get(step, name))


def _coded(about: About, *, own: bool) -> dict[str, Any]:
    get = live(about)
    return {code: get(step, name) for step, name, code in _SCOPE if (step in OWN) is own and get(step, name)}


def _own_scope(about: About) -> dict[str, Any]:
    scope = _coded(about, own=True)
    if scope.get("pause") == "yes":
        scope["ground"] = RestrictionGround.ACCURACY_CONTESTED.value
    if scope.get("paper"):
        get = live(about)
        scope["paper_to"] = str(get("post", "post") or get("details", "address"))
    return scope


def _common_scope(about: About) -> dict[str, Any]:
    scope, get = _coded(about, own=False), live(about)
    if get("account", "account") == "former":
        scope["former"] = True
    return scope


@transaction.atomic
def send(
    *,
    controller: Controller,
    about: About,
    submission_key: str,
    language: str,
    now: datetime,
    marks: Sequence[str] = (),
    row: Draft | None = None,
    second_factor: bool = False,
) -> Request:
    """Open the request (T-02: counted now, whatever is proved later); proven links of the account identify it at once (I-02),
    as surely as they are, and more surely in a session with a `second_factor`.

    One request, one case per right (T-26). What was sent for somebody else who uses the connection belongs to no account:
    it is that person's (H-09). The files of the draft's `row` become the request's. InvalidRequestError says what is missing.
    The same key twice gives the same request.
    """
    user = None if about.who == Person.OTHER_USER else about.user
    request = intake.open_request(
        controller=controller,
        rights=rights_of(about),
        channel=Channel.PORTAL,
        told=told_of(controller=controller, about=about, now=now, marks=marks),
        language=str(about.get("contact", "language") or language),
        received_at=now,
        actor=actors.subject(str(user.pk) if user else ""),
        now=now,
        account=user,
        submission_key=submission_key,
        unclassified=about.unsure,
    )
    if row is not None:
        uploads.hand_over(draft=row, request=request, now=now)
    if user is not None and not request.identity_level:
        proofs.identify_by_links(request=request, user=user, now=now, second_factor=second_factor)
        use_stops.begin_withdrawn(request=request, now=now)
    return request
