"""Northwave's privacy office: the controller, the people at work, and three subscribers with a portal account."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from dsr.accounts import confirm_address
from dsr.demo.people import by_position
from dsr.demo.place import DemoError
from dsr.law.workflow import Role
from dsr.models import Controller, Kind, User

PASSWORD = "northwave-demo"  # noqa: S105 -- printed on the screen and in the README; the demo listens on loopback only
SLUG = "northwave"
STORE = "billing"
"""The store whose customer numbers prove who somebody is."""


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who can sign in; `position` is the subscriber's, 0 for staff; `says` stands beside the e-mail address."""

    email: str
    name: str
    says: str
    roles: tuple[Role, ...] = ()
    position: int = 0


STAFF = (
    Login("anna@northwave.example.com", "Anna Brandt", "intake: takes letters and calls, assigns", (Role.INTAKE,)),
    Login("mara@northwave.example.com", "Mara Vogel", "handler: collects and drafts", (Role.HANDLER,)),
    Login(
        "otto@northwave.example.com",
        "Otto Keller",
        "lead and reviewer: approves, refuses, extends",
        (Role.REVIEWER, Role.LEAD),
    ),
    Login(
        "dpo@northwave.example.com",
        "Dana Petrova",
        "data protection officer: sees everything, decides nothing",
        (Role.DPO,),
    ),
    Login(
        "nora@northwave.example.com",
        "Nora Lind",
        "second lead: looks again at what Otto decided",
        (Role.REVIEWER, Role.LEAD),
    ),
)
SUBSCRIBERS = (
    Login(by_position(2).email, by_position(2).name, "one of three subscribers of this name", position=2),
    Login(by_position(5).email, by_position(5).name, "writes Greek", position=5),
    Login(by_position(18).email, by_position(18).name, "one question waits for her", position=18),
)


@transaction.atomic
def open_office() -> Controller:
    """Make the controller and the accounts where they are missing and return the controller.

    Raises DemoError when the database serves another controller: the demo never mixes with real data.
    """
    if Controller.objects.exclude(slug=SLUG).exists():
        raise DemoError("This database holds another controller's data. The demo needs an empty database of its own.")
    controller, _ = Controller.objects.get_or_create(
        slug=SLUG,
        defaults={
            "name": "Northwave",
            "legal_name": "Northwave Telekommunikation GmbH",
            "address": "Am Sendemast 1\n00101 Nordhafen\nGermany",
            "phone": "+49 89 99998 100",
            "privacy_email": "privacy@northwave.example.com",
            "dpo_name": "Dana Petrova",
            "dpo_email": "dpo@northwave.example.com",
            "authority_name": "Bayerisches Landesamt für Datenschutzaufsicht (BayLDA)",
            "authority_address": "Promenade 18\n91522 Ansbach\nGermany",
            "authority_url": "https://www.lda.bayern.de/",
            "country": "DE",
            "subdivision": "BY",
            "timezone": "Europe/Berlin",
            "languages": ["en", "de", "fr", "es", "it", "nl", "pl", "pt"],
            "notice_url": "https://northwave.example.com/privacy",
            "notice_version": "2026-03",
            "automated_decisions": [],
            "transfers": [],
            "cooling_hours": 0,
            "backups": {
                "en": "Our backups are overwritten after 35 days. If one is restored before, we erase your data again.",
                "de": "Unsere Sicherungen werden nach 35 Tagen überschrieben. Wird vorher eine zurückgespielt, löschen wir Ihre Daten erneut.",
            },
        },
    )
    for login in (*STAFF, *SUBSCRIBERS):
        _account(controller, login)
    return controller


def _account(controller: Controller, login: Login) -> User:
    kind = Kind.SUBSCRIBER if login.position else Kind.STAFF
    found: User | None = User.objects.filter(handle=User.handle_for(controller.pk, kind, login.email)).first()
    if found:
        return found
    user = User.objects.create_user(
        controller=controller,
        kind=kind,
        email=login.email,
        password=PASSWORD,
        display_name=login.name,
        roles=[role.value for role in login.roles],
        language="en",
    )
    confirm_address(user=user)
    return user


def account(controller: Controller, email: str, *, kind: str = Kind.STAFF) -> User:
    """The account behind one of the demo's log-ins."""
    user: User = User.objects.select_related("controller").get(handle=User.handle_for(controller.pk, kind, email))
    return user
