"""The composer: only letters the case can send, what the law wants in them, a preview that is what leaves, every letter's way out."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from dsr.cases import by_hand
from dsr.desk import steps, writing
from dsr.law.letters import REFUSALS, LetterCode
from dsr.law.rights import Right
from dsr.law.workflow import Action
from dsr.models import Case, Composing, Letter
from tests.desk.conftest import text
from tests.factories import make_case
from tests.letters import text as letter_text

pytestmark = pytest.mark.django_db
# Letters that no form writes: what sends them, and why nobody has to.
BY_MACHINE = {
    LetterCode.ACKNOWLEDGEMENT: "dsr.cases.letters.receipt: with the request itself (4.2 no. 1)",
    LetterCode.ACCESS_ANSWER: "dsr.fulfil.package: laid out with the package, sent with its release (no. 16)",
    LetterCode.ERASURE_DONE: "dsr.fulfil.closing: from what really happened (no. 16)",
    LetterCode.PARTIAL_REFUSAL: "a part of L-11, and of L-10 and L-15 as their own reasons (decisions 062, 080)",
    LetterCode.PORTABILITY: "dsr.fulfil.portable: laid out with the package (no. 16)",
    LetterCode.OVERDUE_NOTICE: "dsr.cases.overdue: the tick, once for a due date (no. 23)",
}
INTERIM = {
    "what_is_included": "Your contract data.",
    "what_follows_when": "The calls follow on 3 July.",
    "paragraph": "",
}
NOTICE = {
    "to_name": "Example Collections Ltd",
    "to_address": "Court Road 1",
    "identifier": "Customer 10000001",
    "instruction": "Please correct the address.",
    "paragraph": "",
}


def compose(case: Case, code: str) -> str:
    return reverse("desk:compose", args=[case.pk, code])


def version(case: Case) -> int:
    return int(Case.objects.get(pk=case.pk).version)


def test_5_1_every_letter_has_a_form_or_a_machine_that_sends_it():
    by_form = set(writing.FREE_DOINGS)
    for right in Right:
        for action in steps.ACTIONS:
            doing = steps.doing_of(action, right)
            if doing is not None and doing.letter is not None:
                by_form.add(REFUSALS[right] if action is Action.REFUSE else doing.letter)

    assert by_form | set(BY_MACHINE) == set(LetterCode)
    assert not by_form & set(BY_MACHINE)
    assert len(by_form) == len(LetterCode) - len(BY_MACHINE)


@pytest.mark.slow
def test_a_first_part_is_written_beside_its_preview_and_leaves_as_it_was_shown(mara, received, drain):
    case = make_case(at=received)
    chosen = text(mara.get(reverse("desk:compose-choose", args=[case.pk])))
    assert compose(case, "L-06") in chosen
    assert "L-12" not in chosen  # nothing is restricted
    page = text(mara.get(compose(case, "L-06")))
    assert "fixed words, locked" in page
    assert case.request.reference in page

    half = {**INTERIM, "what_follows_when": "", "version": version(case)}
    look = mara.post(compose(case, "L-06"), half, headers={"HX-Request": "true"})
    assert look.status_code == 200
    assert "Still missing" in text(look)
    assert Composing.objects.get().user.email.startswith("mara")
    assert "Your contract data." in text(mara.get(compose(case, "L-06")))  # kept without a button
    assert not Letter.objects.filter(code="L-06").exists()

    full = text(mara.post(compose(case, "L-06"), {**INTERIM, "version": version(case)}, headers={"HX-Request": "true"}))
    assert "The calls follow on 3 July." in full
    assert not Letter.objects.filter(code="L-06").exists()  # a look keeps nothing
    made = mara.post(compose(case, "L-06"), {**INTERIM, "version": version(case), "draft": "1"})
    assert made.status_code == 302
    assert not Composing.objects.exists()
    drain()
    row = Letter.objects.get(code="L-06")
    shown = text(mara.get(reverse("desk:letter", args=[case.pk, row.pk])))
    assert f"{compose(case, 'L-06')}?draft={row.pk}" in shown
    sent = {"version": version(case), "content_sha256": row.content_sha256, "pdf_sha256": row.pdf_sha256}
    assert mara.post(reverse("desk:letter-send", args=[case.pk, row.pk]), sent).status_code == 302
    assert "The calls follow on 3 July." in letter_text("L-06")
    assert Case.objects.get(pk=case.pk).state == "assessing"


@pytest.mark.slow
def test_a_step_is_written_in_the_composer_and_submitted_for_a_second_approval(mara, received):
    case = make_case(at=received)
    Case.objects.filter(pk=case.pk).update(handler=None)
    page = text(mara.get(f"{compose(case, 'L-05')}?step=extend"))
    assert "Submit for second approval" in page
    values = {
        "reason": "amount_of_data",
        "text": "Eleven systems.",
        "meanwhile": "Nothing yet.",
        "step": "extend",
        "draft": "1",
    }
    assert mara.post(compose(case, "L-05"), {**values, "version": version(case)}).status_code == 302
    row = Letter.objects.get(code="L-05")
    assert (row.status, row.action) == ("draft", "extend")


@pytest.mark.slow
def test_19_a_notice_goes_to_the_recipient_and_not_into_her_letters(mara, received, client, drain):
    case = make_case(at=received, rights=(Right.RECTIFICATION,))
    assert mara.post(compose(case, "L-21"), {**NOTICE, "version": version(case), "draft": "1"}).status_code == 302
    drain()
    row = Letter.objects.get(code="L-21")
    sent = {"version": version(case), "content_sha256": row.content_sha256, "pdf_sha256": row.pdf_sha256}
    assert mara.post(reverse("desk:letter-send", args=[case.pk, row.pk]), sent).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.channel) == ("sent", "post")
    said = letter_text("L-21")
    assert "Example Collections Ltd" in said
    assert "Anna Example" not in said
    from portal.views.letters import _find, letters_of

    assert all(one["row"].pk != row.pk for one in letters_of(case.request))
    assert _find(case.request, row.pk) is None


def test_nobody_composes_what_is_not_possible_or_not_hers(mara, signed_in, received):
    case = make_case(at=received)
    assert mara.get(compose(case, "L-99")).status_code == 404
    assert mara.get(compose(case, "L-22")).status_code == 409  # 17(2): erasure only
    assert "cannot be sent" in text(mara.get(compose(case, "L-22")))
    reader: Any = signed_in("adam")
    assert reader.post(compose(case, "L-06"), {**INTERIM, "version": version(case), "draft": "1"}).status_code in {
        403,
        409,
    }
    assert not Letter.objects.filter(code="L-06").exists()
    assert by_hand.tasks_of(case) == []
