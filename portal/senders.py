"""Who sends a request, for whom, and where the answer goes: read from the answers of a draft (rules.md 3.9)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from dsr.law import persons
from dsr.law.persons import Behalf, Person
from portal.questions import live

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.models import Controller
    from portal.questions import About

_WAYS: Final = ("customer_number", "phone", "email", "address")
_STEPS: Final[Mapping[str, str]] = {
    Person.CHILD: "child",
    Person.REPRESENTED: "represented",
    Person.DECEASED: "deceased",
    Person.OTHER_USER: "other-user",
}


def behalf_of(about: About, *, controller: Controller, today: date) -> Behalf | None:
    """For whom the request is, in the fixed shape; None for the sender's own. A child old enough is asked too (4.0.10)."""
    step = _STEPS.get(about.who, "")
    answers = about.answers.get(step, {}) if step and live(about)(step, "name") else {}
    if not answers:
        return None

    def get(name: str) -> str:
        return str(answers.get(name, ""))

    handed_in = about.who == Person.OTHER_USER
    return Behalf(
        who=about.who,
        name=get("name"),
        relation=get("relation"),
        born_on=get("born_on"),
        died_on=get("died_on"),
        contact=get("contact"),
        shown=get("shown"),
        covers=tuple(answers.get("covers", ())),
        ask=bool(get("born_on"))
        and persons.asks_child(
            country=controller.country,
            subdivision=controller.subdivision,
            born_on=date.fromisoformat(get("born_on")),
            today=today,
        ),
        organisation=get("organisation"),
        sender=_own_name(about) if handed_in else "",
        sender_contact=_own_email(about) if handed_in else "",
    )


def _own_name(about: About) -> str:
    get = live(about)
    if about.user is not None:
        return str(get("name", "name") or about.user.display_name)
    # A marketing stop needs no name: the address or number is who she is (I-06).
    marketing = (about.anywhere("marketing", way) for way in ("email", "phone", "address"))
    return str(get("details", "name") or get("sender", "name") or next(filter(None, marketing), ""))


def _own_email(about: About) -> str:
    get = live(about)
    if about.user is not None:
        return about.user.email
    return str(
        get("email", "email")
        or get("details", "email")
        or get("sender", "email")
        or about.anywhere("marketing", "email")
    )


def name_of(about: About) -> str:
    """The name we reply to: the sender's, or that of the other user of the line (H-09)."""
    return str(live(about)("other-user", "name") or _own_name(about))


def email_of(about: About) -> str:
    """The address for news: empty for who wants letters, the other person's where the request is handed in for her."""
    get = live(about)
    if get("other-user", "name"):
        return str(get("other-user", "email"))
    return _own_email(about) if get("contact", "reply") == "portal" else ""


def post_of(about: About) -> str:
    """The address for letters; empty for who reads here."""
    get = live(about)
    if get("other-user", "name"):
        return "" if get("other-user", "email") else str(get("other-user", "address"))
    if get("contact", "reply") != "letter":
        return ""
    return str(get("post", "post") or get("details", "address") or about.anywhere("marketing", "address"))


def identifiers_of(about: About) -> tuple[tuple[str, str], ...]:
    """What we search by, as (kind, value): of the person whose data it is, never of who merely acts for her."""
    get = live(about)
    found: list[tuple[str, Any]] = [(kind, get("details", kind)) for kind in _WAYS]
    found += [("address", get("former", "address"))]
    found += [(_kind(str(get("represented", "contact"))), get("represented", "contact"))]
    found += [("customer_number", get("represented", "customer_number"))]
    found += [(kind, get("deceased", kind)) for kind in ("customer_number", "address")]
    found += [(kind, get("other-user", kind)) for kind in ("email", "address")]
    for part in (about, *(about.of(right.value) for right in about.chosen)):
        marketing = live(part)
        found += [(kind, marketing("marketing", kind)) for kind in ("email", "phone", "address")]
    return tuple(dict.fromkeys((kind, str(value)) for kind, value in found if value))


def _kind(contact: str) -> str:
    """What somebody wrote into one box for an e-mail address, a phone number or an address."""
    if "@" in contact:
        return "email"
    return "phone" if contact and not any(character.isalpha() for character in contact) else "address"
