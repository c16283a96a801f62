"""The pages of the set-up: who opens and who changes what (4.3), what each shows, and that every change is an event."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dsr.cases.actors import SYSTEM
from dsr.cases.setup import record_setup
from dsr.fulfil.signing import signer_of
from dsr.models import Anchor, CalendarDay, Case, Controller, RetentionRow, SetupEvent, SigningKey
from dsr.wording import setup as setup_words
from tests.desk.conftest import ROLES, text
from tests.factories import make_case, make_controller

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

pytestmark = pytest.mark.django_db
SETUP = {"otto", "dora", "olga"}
EVERYBODY = set(ROLES)
ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    "setup": EVERYBODY,
    "stores": EVERYBODY,
    "setup-calendar": EVERYBODY,
    "setup-ladder": EVERYBODY,
    "setup-retention": EVERYBODY,
    "setup-keys": SETUP,
    "changes": SETUP | {"adam"},
}
SECTIONS = ("facts", "periods", "place", "statements")
FACTS = {
    "legal_name": "Northwave GmbH",
    "privacy_email": "p@example.com",
    "dpo_name": "Dora",
    "dpo_email": "d@example.com",
}
DAY = {"day": "2026-12-28", "kind": "holiday", "name": "Works outing", "reason": "Agreed with the council"}
ROW = {
    "country": "de",
    "document_class": "books",
    "months": "12",
    "start": "doc_date",
    "bound": "at_most",
    "statute": "X 1",
}
RUNGS = {
    "days-decide_extension": 12, "days-lead": 6, "days-dpo": 3, "roles-query_limit": ["handler"], "roles-half": ["handler"],
    "roles-decide_extension": ["lead"], "roles-lead": ["lead"], "roles-dpo": ["dpo"], "roles-last_day": ["lead"],
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ROLES))
def test_4_3_who_opens_which_page(signed_in: Callable[..., Client], name: str) -> None:
    client = signed_in(name)
    opened = {page for page in PAGES if client.get(reverse(f"desk:{page}")).status_code == 200}
    assert opened == {page for page, readers in PAGES.items() if name in readers}
    statuses = {client.get(reverse("desk:setup-controller", args=[one])).status_code for one in SECTIONS}
    assert statuses == ({200} if name in SETUP else {403})
    index = text(client.get("/desk/setup/"))
    assert (reverse("desk:setup-keys") in index) is (name in SETUP)
    assert (reverse("desk:changes") in index) is (name in PAGES["changes"])


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ROLES))
def test_4_3_who_changes_what(signed_in: Callable[..., Client], name: str) -> None:
    client = signed_in(name)
    signer_of(make_controller(), now=timezone.now())
    section = "/desk/setup/controller/"
    tries: dict[str, tuple[str, dict[str, Any], set[str]]] = {
        "periods": (
            f"{section}periods/",
            {"buffer_days": 4, "cooling_hours": 24, "approval_days": 14, "package_days": 30, "backup_days": 90},
            {"otto", "olga"},
        ),
        "place": (
            f"{section}place/",
            {
                "country": "DE",
                "subdivision": "BY",
                "holiday_scope": "national",
                "timezone": "Europe/Berlin",
                "reason": "x",
            },
            {"dora"},
        ),
        "statements": (
            f"{section}statements/",
            {"automated_decisions": "none", "transfers": "none", "backups-en": "A year."},
            {"dora", "olga"},
        ),
        "calendar": ("/desk/setup/calendar/", DAY, {"dora"}),
        "ladder": ("/desk/setup/escalation/", RUNGS, {"otto", "olga"}),
        "retention": ("/desk/setup/retention/", ROW, {"dora"}),
        "keys": ("/desk/setup/keys/replace/", {}, {"olga"}),
    }
    for what, (url, data, may) in tries.items():
        before = SetupEvent.objects.count()
        client.post(url, data)
        assert (SetupEvent.objects.count() > before) is (name in may), what


def test_no_26_what_moves_dates_says_how_many_cases_before_it_is_saved(signed_in: Callable[..., Client]) -> None:
    client, case = signed_in("otto"), make_case(at=timezone.now() - timedelta(days=2))
    url, data = (
        "/desk/setup/controller/periods/",
        {"buffer_days": 9, "cooling_hours": 24, "approval_days": 14, "package_days": 30, "backup_days": 90},
    )

    shown = text(client.post(url, data))
    assert "1 open case is counted anew." in shown
    assert "Nothing is saved yet." in shown
    assert Controller.objects.get().buffer_days == 5
    assert client.post(url, data | {"confirm": "1"}).status_code == 302
    assert Controller.objects.get().buffer_days == 9
    assert Case.objects.get(pk=case.pk).calendar_version == ""  # the next tick counts it anew
    event = SetupEvent.objects.get()
    assert event.data == {"section": "periods", "changes": {"buffer_days": [5, 9]}, "cases": 1}
    assert client.post(url, data | {"buffer_days": "40"}).status_code == 422


def test_statements_are_added_and_taken_back(signed_in: Callable[..., Client]) -> None:
    client, url = signed_in("dora"), "/desk/setup/controller/statements/"
    page = text(client.get(url))
    assert "automated_decisions-0-name" in page
    one = {
        "automated_decisions-0-name": "Credit check",
        "automated_decisions-0-logic": "A score",
        "automated_decisions-0-effect": "No contract",
    }
    data = {"automated_decisions": "these", "transfers": "unsaid", "backups-en": "35 days"}
    assert "Fill in at least one" in text(client.post(url, data))
    assert "Fill in every part" in text(client.post(url, data | {"automated_decisions-0-name": "Credit check"}))
    assert client.post(url, data | one).status_code == 302
    saved = Controller.objects.get()
    assert saved.automated_decisions == [{"name": "Credit check", "logic": "A score", "effect": "No contract"}]
    assert (saved.transfers, saved.backups) == (None, {"en": "35 days"})
    assert "automated_decisions-1-name" in text(client.get(url))
    assert "Not stated: transfers" in text(client.get("/desk/setup/"))


def test_calendar_ladder_and_retention_show_the_law_and_what_is_added(signed_in: Callable[..., Client]) -> None:
    dora, otto = signed_in("dora"), signed_in("otto")
    page = text(dora.get("/desk/setup/calendar/"))
    assert "Women&#x27;s Day" in page  # Berlin
    assert client_saves(dora, "/desk/setup/calendar/", DAY)
    assert text(dora.get("/desk/setup/calendar/")).count("Works outing") == 2  # among the holidays and the own days
    assert "28 December 2026" in text(dora.get("/desk/changes/"))
    assert "Agreed with the council" in text(dora.get("/desk/changes/"))
    assert "Agreed with the council" not in text(signed_in("olga").get("/desk/changes/"))
    assert client_saves(dora, "/desk/setup/calendar/", DAY | {"kind": "clear"})
    assert not CalendarDay.objects.exists()

    assert "standard steps" in text(otto.get("/desk/setup/escalation/"))
    assert client_saves(otto, "/desk/setup/escalation/", RUNGS)
    assert "12 days before the day to act by" in text(otto.get("/desk/setup/escalation/"))
    assert "Each step comes later" in text(otto.post("/desk/setup/escalation/", RUNGS | {"days-dpo": 20}))
    assert client_saves(otto, "/desk/setup/escalation/", {"standard": "1"})
    assert "standard steps" in text(otto.get("/desk/setup/escalation/"))

    page = text(dora.get("/desk/setup/retention/"))
    assert "AO 147" in page
    assert "needs the DPO&#x27;s word" in text(dora.get("/desk/setup/retention/?country=AT"))
    assert client_saves(dora, "/desk/setup/retention/", ROW)
    row = RetentionRow.objects.get()
    assert (row.country, row.months) == ("DE", 12)
    assert "X 1" in text(otto.get("/desk/setup/retention/"))
    otto.post(f"/desk/setup/retention/{row.pk}/remove/")
    assert RetentionRow.objects.exists()
    dora.post(f"/desk/setup/retention/{row.pk}/remove/")
    assert not RetentionRow.objects.exists()


def test_every_kind_of_change_has_words() -> None:
    """Kinds are codes of whoever records them: each that stands in the source as such has words on the page of changes."""
    calls = (
        text
        for path in ROOT.glob("dsr/**/*.py")
        for text in path.read_text(encoding="utf-8").split("record_setup(")[1:]
    )
    kinds = {found[1] for call in calls if (found := re.search(r'kind="([a-z_]+)"', call[:300]))}
    assert {"controller_changed", "store_check_asked"} <= kinds
    assert kinds <= set(setup_words.KINDS)


def client_saves(client: Client, url: str, data: dict[str, Any]) -> bool:
    return client.post(url, data).status_code == 302


def test_keys_are_names_and_numbers_and_never_a_key(signed_in: Callable[..., Client], settings: Any) -> None:
    controller, now = make_controller(), timezone.now()
    make_case()
    signer_of(controller, now=now)
    Anchor.objects.create(day=now.date(), root="a" * 64, heads=3, schema=2, created_at=now)
    olga = signed_in("olga")
    page = text(olga.get("/desk/setup/keys/"))
    old = SigningKey.objects.get()
    assert old.key_id in page
    assert "a" * 64 in page
    assert "encrypts today" in page
    for entry in settings.DSR_KEYS.split(","):
        assert entry.partition(":")[2] not in page
    settings.DSR_KEYS = f"new:{'A' * 43}=,{settings.DSR_KEYS}"
    assert "not under the first key yet" in text(olga.get("/desk/setup/keys/"))
    olga.post("/desk/setup/keys/replace/")
    assert SigningKey.objects.get(valid_to__isnull=True).pk != old.pk
    assert SetupEvent.objects.get(kind="signing_key_rotated").data["changes"]["key"][0] == old.key_id


def test_changes_before_and_after_filtered_and_never_of_another_brand(
    signed_in: Callable[..., Client], settings: Any
) -> None:
    settings.DSR_HOSTS = {"testserver": "northwave", "south.example.com": "southwave"}
    olga, adam = signed_in("olga"), signed_in("adam")
    olga.post("/desk/letters/facts/", {f"facts-{name}": held for name, held in ALL_FACTS.items()})
    record_setup(
        controller=make_controller("southwave"),
        kind="brand_changed",
        actor=SYSTEM,
        now=timezone.now(),
        data={"name": "South"},
    )
    for page in (text(olga.get("/desk/changes/")), text(adam.get("/desk/changes/"))):
        assert "Controller changed" in page
        assert "<del>Northwave Networks GmbH</del> → <ins>Northwave GmbH</ins>" in page
        assert "Olga Example" in page
        assert "South" not in page
    assert "No change fits" in text(olga.get("/desk/changes/?kind=controller_changed&first_on=2099-01-01"))
    with CaptureQueriesContext(connection) as few:
        olga.get("/desk/changes/")
    for _ in range(30):
        record_setup(controller=make_controller(), kind="ladder_changed", actor=SYSTEM, now=timezone.now(), data={})
    with CaptureQueriesContext(connection) as many:
        olga.get("/desk/changes/")
    assert len(many) == len(few)


ALL_FACTS = {
    **FACTS, "address": "Beispielweg 1", "phone": "+44 7700 900001", "authority_name": "A", "authority_address": "B",
    "authority_url": "", "notice_url": "",
}  # fmt: skip
