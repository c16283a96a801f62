"""A department's way through its link in a real browser, and the desk's pages about it: axe, policy, 360 px."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, hand_tasks, notes
from dsr.models import HandTask, Task
from tests.browser.harness import problems
from tests.factories import make_staff
from tests.jobs import run_due
from tests.owners.conftest import by_hand, case_of, code_in, hand, path_in, send_mails, task  # noqa: F401 -- fixtures

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_department_finds_its_way_on_a_phone(browse: Browse, hand: HandTask, tmp_path: Path) -> None:  # noqa: F811
    """Link, code, a file, the answer: every page is clean, and the case goes on."""
    (letter,) = send_mails()
    page = browse.page("phone")
    page.goto(path_in(letter))
    assert problems(page) == []
    page.get_by_role("button", name="Send me the code").click()
    page.wait_for_selector("input[name=code]")
    run_due()
    page.get_by_label("Code from the mail").fill(code_in(mail.outbox[-1]))
    page.get_by_role("button", name="Go on").click()
    page.wait_for_selector("input[name=files]")
    assert problems(page) == []
    rows = tmp_path / "calls.csv"
    rows.write_text("customer,call,day,note\n10000001,7,2026-06-01,about the bill\n", encoding="utf-8")
    page.set_input_files("input[name=files]", str(rows))
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_text("1 record").wait_for()
    page.get_by_label("I have added what there is").check()
    page.get_by_label("Your name").fill("Sue")
    assert problems(page) == []
    page.get_by_role("button", name="Send the answer").click()
    page.get_by_role("heading", name="Thank you").wait_for()

    assert problems(page) == []
    assert task().status == Task.Status.DONE


def test_the_desk_sees_who_works_by_hand(browse: Browse, hand: HandTask) -> None:  # noqa: F811
    """The page of the task, and the case with a late department, its notes, its decision."""
    mara = make_staff("mara")
    case = case_of()
    notes.add(case_id=case.pk, text="She called again.", actor=actors.staff(mara), now=timezone.now())
    HandTask.objects.update(answer_by=hand.answer_by.replace(year=hand.answer_by.year - 1))
    hand_tasks.climb(now=timezone.now(), limit=9)
    for name, more in (("case", ()), ("hand", (task().pk,))):
        browse.audit(reverse(f"desk:{name}", args=[case.pk, *more]), user=mara)
    for name in ("notes", "decision", "history"):
        browse.audit(reverse(f"desk:{name}", args=[case.pk]), user=mara, modes=["desktop", "phone"])
