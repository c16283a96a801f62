"""A rectification in a real browser: from what she says to a plan a second person reads, and an old value that came back (SC-08)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr.cases import answer, by_hand, rechecks
from dsr.fulfil import operations
from tests.browser.harness import problems
from tests.correcting import EMAIL, MARIA, NAME, a_case, fresh, mara, rows
from tests.factories import make_staff
from tests.jobs import run_due

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_SC_08_a_correction_from_her_words_to_the_store_and_over_again(browse: Browse, demo_stores: Path) -> None:
    case = a_case(NAME, EMAIL, {"kind": "other", "old": "426", "new": "I pay on time."})
    answer.start_collection(case_id=case.pk, actor=mara(), now=timezone.now())
    run_due()
    handler, lead = make_staff("mara"), make_staff("otto", "lead")
    corrections, decide = (reverse(f"desk:{name}", args=[case.pk]) for name in ("corrections", "decide"))
    page = browse.page("phone", user=handler)
    page.goto(corrections)
    page.get_by_role("button", name="Read the stores").click()
    run_due()
    browse.audit(corrections, user=handler)

    page = browse.page("desktop", user=handler)
    page.goto(corrections)
    _claim(page, 0, "Correct it")
    assert page.get_by_label("Correct: Billing, Customer record, Last name").is_checked()  # what she calls wrong
    _claim(page, 1, "Correct it")
    page.locator("details").filter(has_text="Leave it as it is (3)").locator("summary").click()
    _claim(page, 2, "Refuse it")
    page.get_by_role("button", name="Keep it and plan").click()
    assert page.get_by_text("Choose why it stands as it is.").count()
    page.locator("select[name=reason_2]").select_option("opinion")
    assert problems(page) == []
    page.get_by_role("button", name="Keep it and plan").click()
    page.wait_for_url(f"**{corrections}")
    run_due()
    browse.audit(corrections, user=handler, modes=["desktop", "phone", "dark"])

    page.goto(decide)
    page.get_by_label("How you checked it").fill("Passport seen in the shop.")
    page.get_by_role("button", name="Keep the decision").click()
    page.wait_for_url(f"**{decide}")
    page.get_by_role("button", name="Submit for review").first.click()
    page.wait_for_load_state()
    assert fresh(case).state == "review"
    browse.audit(decide, user=lead, modes=["desktop", "phone"])
    second = browse.page("desktop", user=lead)
    second.goto(decide)
    assert EMAIL["new"] in second.inner_text("#plan")
    assert MARIA.email in second.inner_text("#plan")
    for box in second.locator("input[name=attested]").all():
        box.check()
    second.get_by_role("button", name="Approve").first.click()
    second.wait_for_load_state()
    run_due()
    for task in fresh(case).tasks.filter(operation="by_hand"):
        by_hand.confirm(task_id=task.pk, who="Finance", how="Looked.", actor=mara(), now=timezone.now())
    operations.after(case.pk, now=timezone.now())
    back = "UPDATE customers SET email = ? WHERE customer_no = ?"
    rows(demo_stores, "billing", back, MARIA.email, MARIA.customer_no)
    rechecks.ask_due(now=timezone.now() + timedelta(days=1), limit=10)
    run_due()
    browse.audit(corrections, user=handler, modes=["desktop", "phone"])
    page.goto(corrections)
    assert "The old value came back in Billing" in page.inner_text("main")
    page.get_by_role("button", name="Write it again Billing").click()
    page.wait_for_load_state()
    run_due()
    held = rows(demo_stores, "billing", "SELECT email FROM customers WHERE customer_no = ?", MARIA.customer_no)
    assert held == [(EMAIL["new"],)]


def _claim(page: Any, number: int, words: str) -> None:
    page.locator(f"fieldset:has(input[name=claim_{number}])").get_by_role("radio", name=words, exact=True).last.check()
