"""Every reason, purpose and form of file has words; the portal's name the file and never the code."""

from __future__ import annotations

import pytest

from dsr.models import Upload
from dsr.uploads.codes import FileRefusal
from dsr.uploads.judge import ENDINGS, Form
from dsr.wording import uploads as words


@pytest.mark.parametrize("code", FileRefusal)
def test_every_reason_is_a_sentence_about_the_file(code):
    said = words.refusal(code, name="scan.pdf", most=5)
    assert said.startswith(("“scan.pdf”", "We ", "The picture “scan.pdf”", "Our virus scanner"))
    assert "“scan.pdf”" in said
    assert said.endswith(".")
    assert "%" not in said


def test_every_purpose_and_form_has_words():
    assert {words.purpose(code) for code in Upload.Purpose.values}.isdisjoint(Upload.Purpose.values)
    assert {words.media_type(form.value) for form in Form}.isdisjoint({form.value for form in Form})
    for code in ("withdrawn", "time_over", "verified", "infected"):
        assert words.reason(code) != code
    assert words.media_type("image/heic") == "image/heic"
    assert set(ENDINGS) == set(Form)
    assert words.hint(1) == "A photo, a PDF or a text document. Up to 1 file of 10 MB."
