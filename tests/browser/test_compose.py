"""The pages on which rights are decided in words and letters are written, in a real browser: axe, policy, sideways scroll."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, answer, restrictions
from dsr.cases.intake import Told
from dsr.law.rights import Right
from tests.factories import make_case, make_staff
from tests.jobs import run_due

if TYPE_CHECKING:
    from dsr.models import Case
    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def url(name: str, case: Case, *more: object) -> str:
    return reverse(f"desk:{name}", args=[case.pk, *more])


def test_deciding_confirming_and_composing_are_clean(browse: Browse, demo_stores: Any) -> None:
    mara, at = make_staff("mara"), timezone.now() - timedelta(days=3)
    wanted = {"corrections": [{"kind": "name", "old": "Ana", "new": "Anna"}]}
    told = Told(name="Anna Example", words="My name is wrong.", contact_email="anna@example.com", scope=wanted)
    case = make_case(rights=(Right.RECTIFICATION,), at=at, told=told)
    answer.start_collection(case_id=case.pk, actor=actors.staff(mara), now=timezone.now())
    run_due()
    browse.audit(url("decide", case), user=mara)
    browse.audit(url("evidence", case), user=mara)
    browse.audit(url("compose-choose", case), user=mara)
    browse.audit(url("compose", case, "L-21"), user=mara)

    paused = make_case(rights=(Right.RESTRICTION,), at=at)
    said: dict[str, Any] = {
        "what": "The usage of May.",
        "duration": "Until we have checked.",
        "instruction": "Store it only.",
    }
    restrictions.restrict(
        case_id=paused.pk, ground="unlawful", actor=actors.staff(mara), now=timezone.now(), stores=["billing"], **said
    )
    browse.audit(url("by-hand", paused), user=mara)
    page = browse.page(user=mara)
    page.goto(url("compose", case, "L-06"))
    page.fill("[name=what_is_included]", "Your contract data.")
    page.fill("[name=what_follows_when]", "The calls follow on 3 July.")
    page.locator("[name=paragraph]").focus()
    page.wait_for_selector("#composed .pre")  # the letter appears while it is written
    assert "The calls follow on 3 July." in page.locator("#composed").inner_text()
