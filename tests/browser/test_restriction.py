"""A restriction at the desk in a real browser: chosen, set, lost in the store, set again; and the keys of programs."""

from __future__ import annotations

import os
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr.fulfil import restriction_checks
from dsr.law.rights import Right
from dsr.models import Restriction
from tests.factories import make_case, make_staff
from tests.fulfil.test_restrict import NUMBER, customer
from tests.jobs import run_due

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("DSR_SHOTS", "")
"""A folder for pictures of the pages, for whoever wants to look at them."""


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}-{page.evaluate('innerWidth')}.png", full_page=True)


def test_set_lost_and_set_again_by_one_button(browse: Browse, demo_stores: Path) -> None:
    mara = make_staff("mara")
    case = make_case(rights=(Right.RESTRICTION,), number=NUMBER, at=timezone.now() - timedelta(days=3))
    form = reverse("desk:step", args=[case.pk, "restrict_now"])
    browse.audit(form, user=mara, modes=["desktop", "phone", "dark"], act=lambda page: shot(page, "form"))
    page = browse.page(user=mara)
    page.goto(form)
    page.get_by_label("Art. 18(1)(a)").check()
    page.get_by_label("Which data are only stored now").fill("Your customer record.")
    page.get_by_label("Only the records chosen below").check()
    page.locator("[name=parts][value='billing.customers']").check()
    page.get_by_role("button", name="Restrict now").click()
    page.get_by_text("Systems that a program can set are set now").wait_for()
    run_due()
    assert customer(demo_stores)[1:] == ("restricted", 1)
    with sqlite3.connect(demo_stores / "billing.sqlite3") as db:
        db.execute("UPDATE customers SET marketing_blocked = 0 WHERE customer_no = ?", (NUMBER,))
    restriction_checks.check(restriction_id=Restriction.objects.get(case=case).pk, now=timezone.now())
    where = reverse("desk:case", args=[case.pk])
    browse.audit(where, user=mara, act=lambda page: shot(page, "drift"))
    page.goto(where)
    page.get_by_role("button", name="Set again").click()
    page.get_by_text("It is tried again now.").wait_for()
    run_due()
    assert customer(demo_stores)[1:] == ("restricted", 1)


def test_a_key_is_made_and_shown_once(browse: Browse) -> None:
    olga = make_staff("olga", "administrator")

    def make(page: Page) -> None:
        page.get_by_label("Which program is it for?").fill("Dunning run")
        page.get_by_label("data are restricted").check()
        page.get_by_role("button", name="Make a key").click()
        page.get_by_text("Copy it now.").wait_for()
        shot(page, "key")

    browse.audit(reverse("desk:programs"), user=olga, modes=["desktop", "phone", "dark", "narrow"], act=make)
