"""A controller's own words on its letters: added, versioned, escaped, and by whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dsr.cases import actors, endings, letter_wordings
from dsr.cases.perform import RefusedError
from dsr.law.letter_standing import Slot
from dsr.law.letters import LetterCode
from dsr.models import LetterWording
from tests.factories import MONDAY, make_case, make_controller, make_staff
from tests.letters import text

pytestmark = pytest.mark.django_db
NOW = MONDAY + timedelta(days=1)


def write(*, code="L-18", language="en", actor=None, **texts) -> list[LetterWording]:
    return letter_wordings.write(
        controller=make_controller(),
        code=code,
        language=language,
        texts={Slot(slot): words for slot, words in texts.items()},
        actor=actor or actors.staff(make_staff("olga", "administrator")),
        now=NOW,
    )


def test_own_words_are_added_and_their_versions_stay():
    case = make_case()
    write(intro="First.", signature="Your Northwave team")
    write(intro="Second.", signature="Your Northwave team")

    endings.withdraw(case_id=case.pk, actor=actors.subject(), now=NOW)

    words = text("L-18")
    assert "Second." in words
    assert "First." not in words
    assert "Your Northwave team" in words
    assert "You can make a new request at any time" in words
    assert list(LetterWording.objects.filter(slot="intro").order_by("version").values_list("version", "text")) == [
        (1, "First."),
        (2, "Second."),
    ]
    assert LetterWording.objects.filter(slot="signature").count() == 1  # nothing changed, nothing written
    write(intro="Third.")
    assert "Second." in text("L-18")  # what was sent stays


def test_words_of_every_letter_stand_where_a_letter_has_none_of_its_own():
    controller = make_controller()
    write(code="", intro="General.", outro="Bye.")
    write(intro="Own.")

    found = letter_wordings.words_for(controller, code=LetterCode.WITHDRAWAL_CONFIRMED, language="en")
    assert found == {"intro": "Own.", "outro": "Bye."}
    write(intro="")
    assert (
        letter_wordings.words_for(controller, code=LetterCode.WITHDRAWAL_CONFIRMED, language="en")["intro"]
        == "General."
    )


@pytest.mark.parametrize("role", ["intake", "handler", "reviewer", "lead", "auditor"])
def test_4_3_only_administrator_and_dpo_write_them(role):
    with pytest.raises(RefusedError):
        write(intro="x", actor=actors.staff(make_staff("other", role)))
    assert not LetterWording.objects.exists()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"language": "fr"}, "language_unknown"),
        ({"code": "L-99"}, "letter_unknown"),
        ({"intro": "x" * 1001}, "wording_too_long"),
    ],
)
def test_words_that_do_not_fit_are_refused(fields, code):
    with pytest.raises(RefusedError) as error:
        write(**{"intro": "x", **fields})
    assert error.value.refusal.code == code


def test_own_words_are_text_and_never_markup():
    case = make_case()
    write(intro="<b>bold</b> {{ reference }}")
    endings.withdraw(case_id=case.pk, actor=actors.subject(), now=NOW)

    assert "<b>bold</b> {{ reference }}" in text("L-18")
