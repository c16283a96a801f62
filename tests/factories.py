"""Plain functions that make rows through the verbs. The cast: Anna (subscriber), Mara (handler), Otto (lead), Ines (intake), Dora (DPO)."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from dsr.accounts import confirm_address
from dsr.cases import actors, identity, intake
from dsr.cases.intake import Told
from dsr.law.attest import Attest
from dsr.law.rights import Right
from dsr.models import Case, Controller, Kind, Request, User

MONDAY = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
# What somebody says who approves: more than any one right asks for (dsr.law.attest).
ATTESTED = frozenset(Attest)


def make_controller(slug: str = "northwave", **fields: Any) -> Controller:
    """A controller in Berlin; the first call per slug makes it."""
    found = Controller.objects.filter(slug=slug).first()
    if found:
        return found
    values: dict[str, Any] = {
        "slug": slug,
        "name": slug.title(),
        "legal_name": f"{slug.title()} Networks GmbH",
        "address": "Beispielweg 1\n10115 Berlin",
        "phone": "+44 7700 900001",
        "privacy_email": f"privacy@{slug}.example.com",
        "dpo_name": "Dora Example",
        "dpo_email": f"dpo@{slug}.example.com",
        "authority_name": "Example Data Protection Authority",
        "authority_address": "Amtsweg 2\n10117 Berlin",
        "authority_url": "https://authority.example.com/",
        "country": "DE",
        "subdivision": "BE",
        "timezone": "Europe/Berlin",
        "languages": ["en", "de"],
        "notice_url": "https://example.com/privacy",
        "notice_version": "2026-01",
        "automated_decisions": [],
        "transfers": [],
        "backups": {"en": "Backups are overwritten after 35 days."},
    }
    return Controller.objects.create(**{**values, **fields})


def make_user(name: str = "anna", *, controller: Controller | None = None, **fields: Any) -> User:
    """A subscriber's account with a confirmed address."""
    owner = controller or make_controller()
    user = User.objects.create_user(
        controller=owner,
        kind=Kind.SUBSCRIBER,
        email=f"{name}@example.com",
        password=PASSWORD,
        display_name=name.title(),
        **fields,
    )
    confirm_address(user=user)
    return user


def make_staff(name: str = "mara", *roles: str, controller: Controller | None = None) -> User:
    """A member of staff, made once; without roles a handler."""
    owner = controller or make_controller()
    handle = User.handle_for(owner.pk, Kind.STAFF, f"{name}@{owner.slug}.example.com")
    found = User.objects.filter(handle=handle).first()
    if found:
        return found
    user = User.objects.create_user(
        controller=owner,
        kind=Kind.STAFF,
        email=f"{name}@{owner.slug}.example.com",
        password=PASSWORD,
        display_name=f"{name.title()} Example",
        roles=list(roles) or ["handler"],
    )
    confirm_address(user=user)
    return user


def make_request(
    *,
    controller: Controller | None = None,
    rights: tuple[Right, ...] = (Right.ACCESS,),
    at: datetime = MONDAY,
    now: datetime | None = None,
    account: User | None = None,
    name: str = "Anna Example",
    **fields: Any,
) -> Request:
    """A request through the portal, with a contact and nothing proven."""
    told = fields.pop("told", None) or Told(name=name, words="Everything please.", contact_email="anna@example.com")
    return intake.open_request(
        controller=controller or (account.controller if account else make_controller()),
        rights=list(rights),
        channel=fields.pop("channel", "portal"),
        told=told,
        language=fields.pop("language", "en"),
        received_at=at,
        actor=actors.subject(str(account.pk) if account else ""),
        now=now or at,
        account=account,
        **fields,
    )


def make_case(*, identified: bool = True, store: str = "billing", number: str = "10000001", **fields: Any) -> Case:
    """One case; identified ones are being assessed, with a proven customer number."""
    request = make_request(**fields)
    if identified:
        identity.identify(
            request=request,
            level=3,
            method="link",
            known=((store, number),),
            actor=actors.SYSTEM,
            now=fields.get("now") or fields.get("at") or MONDAY,
        )
    case: Case = request.cases.select_related("controller", "request").get()
    return case


def key() -> str:
    """A submission key."""
    return uuid.uuid4().hex
