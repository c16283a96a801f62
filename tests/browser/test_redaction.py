"""Redaction in a real browser: a selection becomes a mark, keys decide, and the pages are clean at every width (ux.md 2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, answer
from dsr.demo.people import HOMONYMS, by_position
from dsr.fulfil.gather import found_of
from dsr.fulfil.redact import redact
from dsr.models import Case, RedactionItem
from tests.factories import make_case, make_staff
from tests.jobs import run_due

if TYPE_CHECKING:
    from tests.browser.harness import Browse

PERSON, NAMESAKE = (by_position(number) for number in HOMONYMS[1:3])
# What a mouse leaves behind: "Careful: [there are three] customers …".
SELECT = """() => {
  const runs = document.querySelectorAll('[data-original] [data-at]');
  const range = document.createRange();
  range.setStart(runs[0].firstChild, 9);
  range.setEnd(runs[0].firstChild, 24);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
  document.querySelector('[data-original]').dispatchEvent(new MouseEvent('mouseup', {bubbles: true}));
}"""


@pytest.mark.slow
def test_a_note_is_redacted_with_the_mouse_and_with_keys(browse: Browse, demo_stores: Any) -> None:
    mara = make_staff("mara")
    case = make_case(number=PERSON.customer_no, name=PERSON.name)
    answer.start_collection(case_id=case.pk, actor=actors.staff(mara), now=timezone.now())
    run_due()
    case = Case.objects.select_related("controller", "request").get(pk=case.pk)
    assert redact(case, found=found_of(case), attached=(), now=timezone.now(), check=lambda: None).keep(
        now=timezone.now()
    )
    note = RedactionItem.objects.filter(case=case, marks__found_by="email").distinct().get()
    index = reverse("desk:redaction", args=[case.pk])
    one = reverse("desk:redaction-item", args=[case.pk, note.pk])
    browse.audit(index, user=mara, modes=["desktop", "phone", "dark"])
    browse.audit(one, user=mara, modes=["desktop", "phone", "dark", "narrow"])

    page = browse.page(user=mara)
    page.goto(one)
    page.evaluate(SELECT)
    assert page.locator("[name=words]").input_value() == "there are three"
    page.get_by_role("button", name="Black out", exact=True).click()
    page.wait_for_url("**#marks")
    assert note.marks.filter(found_by="staff", start=9, end=24, state="accepted").exists()
    page.keyboard.press("y")
    page.wait_for_function("document.querySelectorAll('[data-mark=accepted]').length === 2")
    page.keyboard.press("y")
    page.wait_for_function("document.querySelectorAll('[data-mark=accepted]').length === 3")
    sheet = page.locator(".sheet").nth(1).inner_text()
    assert NAMESAKE.email not in sheet
    assert sheet.count("[other person, Art. 15(4)]") == 3
    assert page.evaluate("document.documentElement.outerHTML.length") < 120_000
