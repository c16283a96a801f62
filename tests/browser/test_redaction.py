"""Redaction in a real browser: a selection becomes a mark, keys decide, and the pages are clean at every width (ux.md 2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from dsr.cases import actors, answer
from dsr.demo.people import HOMONYMS, by_position
from dsr.fulfil.gather import found_of
from dsr.fulfil.redact import redact
from dsr.models import Case, RedactionItem
from tests.factories import make_case, make_staff
from tests.jobs import run_due
from tests.redaction.test_desk_boxes import with_files

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
    expect(page.locator("[data-mark=accepted]")).to_have_count(2)
    page.keyboard.press("y")
    expect(page.locator("[data-mark=accepted]")).to_have_count(3)
    sheet = page.locator(".sheet").nth(1).inner_text()
    assert NAMESAKE.email not in sheet
    assert sheet.count("[other person, Art. 15(4)]") == 3
    assert page.evaluate("document.documentElement.outerHTML.length") < 120_000


@pytest.mark.slow
def test_a_place_on_a_picture_is_blacked_out_with_the_mouse_and_with_keys(browse: Browse, demo_stores: Any) -> None:
    mara = make_staff("mara")
    case = with_files(demo_stores, run_due)
    face = RedactionItem.objects.filter(case=case).order_by("position")[0]
    one = reverse("desk:redaction-item", args=[case.pk, face.pk])
    browse.audit(one, user=mara, modes=["desktop", "phone", "dark"])

    page = browse.page(user=mara)
    page.goto(one)
    widths = "Promise.all([...document.images].map((one) => one.decode().then(() => one.naturalWidth)))"
    assert set(page.evaluate(widths)) == {200}
    picture = page.locator("[data-picture]")
    picture.scroll_into_view_if_needed()
    area = picture.bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + area["width"] / 2, area["y"] + area["height"] * 3 / 4)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] / 4, area["y"] + area["height"] / 4, steps=3)
    page.mouse.up()
    sides = [float(page.locator(f"[name=box-{name}]").input_value()) for name in ("left", "top", "width", "height")]
    assert sides == pytest.approx([25, 25, 25, 50], abs=1.5)
    page.locator("form[data-box] button").click()
    page.wait_for_url("**#boxes")
    assert face.boxes.get().left == pytest.approx(2500, abs=150)

    # Without a mouse: arrows move the box, with Shift they change its size, Enter goes on to the reason.
    page.locator("[data-picture]").focus()
    for key in ("ArrowRight", "ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown", "Enter"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.name") == "box-reason"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-boxed]")).to_have_count(2)
    assert face.boxes.filter(left=3900, top=3900, width=2100, height=2100).exists()
    browse.audit(one, user=mara, modes=["desktop", "narrow"])
