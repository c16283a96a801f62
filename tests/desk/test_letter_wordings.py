"""The page "Letters" of the set-up: own words with a preview, versions, and the facts every letter prints."""

from __future__ import annotations

import pytest
from django.urls import reverse

from dsr.cases import letter_wordings
from dsr.desk.letter_sample import WORDED
from dsr.law.letters import LetterCode
from dsr.models import Controller, LetterWording
from tests.desk.conftest import ROLES, text
from tests.factories import make_controller

pytestmark = pytest.mark.django_db
PAGE = "/desk/letters/"


@pytest.mark.parametrize("name", ["olga", "dora"])
def test_4_3_administrator_and_dpo_save_words_that_stand_on_the_next_letter(signed_in, name):
    client = signed_in(name)

    done = client.post(f"{PAGE}?letter=L-18&language=en", {"save": "1", "intro": "Good to hear from you."}, follow=True)

    assert "Saved. Letters that are sent from now on have these words." in text(done)
    page = text(client.get(f"{PAGE}?letter=L-18&language=en"))
    assert "Good to hear from you." in page
    found = letter_wordings.words_for(make_controller(), code=LetterCode.WITHDRAWAL_CONFIRMED, language="en")
    assert found == {"intro": "Good to hear from you."}


@pytest.mark.parametrize("name", sorted(set(ROLES) - {"olga", "dora"}))
def test_4_3_the_others_look_and_change_nothing(signed_in, name):
    client = signed_in(name)

    shown = client.get(PAGE)
    words = client.post(PAGE, {"save": "1", "intro": "x"})
    facts = client.post(reverse("desk:letter-facts"), {"facts-legal_name": "Other"})

    assert shown.status_code == 200
    assert text(shown).count("Your role does not allow this") == 2
    assert all(field.field.disabled for field in shown.context["facts"])  # nothing to type where nothing can be saved
    assert (words.status_code, facts.status_code) == (409, 409)
    assert not LetterWording.objects.exists()
    assert not Controller.objects.filter(legal_name="Other").exists()


@pytest.mark.parametrize("code", WORDED)
def test_every_letter_shows_how_it_looks_with_words_not_saved_yet(signed_in, code):
    page = text(
        signed_in("olga").post(f"{PAGE}?letter={code.value}&language=en", {"look": "1", "outro": "Not saved yet."})
    )

    sample = page.split("How it looks")[1].split("</section>")[0]
    assert "Not saved yet." in sample
    assert not LetterWording.objects.exists()


def test_the_sample_opens_as_pdf(signed_in):
    response = signed_in("olga").post(f"{PAGE}?letter=L-07&language=en", {"pdf": "1", "intro": "Hello."})

    assert response.headers["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")


def test_a_text_too_long_stands_at_its_field(signed_in):
    page = signed_in("olga").post(f"{PAGE}?letter=L-07&language=en", {"save": "1", "intro": "x" * 1001})

    assert 'href="#id_intro"' in text(page)
    assert not LetterWording.objects.exists()


def test_facts_that_letters_print_are_set_here(signed_in):
    client = signed_in("olga")
    values = {
        f"facts-{name}": getattr(make_controller(), name)
        for name in ("legal_name", "address", "phone", "privacy_email", "dpo_name", "dpo_email", "authority_name")
    }
    values |= {
        "facts-authority_address": "Neuer Weg 3\n10115 Berlin",
        "facts-authority_url": "",
        "facts-notice_url": "",
    }

    done = client.post(reverse("desk:letter-facts"), values, follow=True)

    assert "Saved. Letters that are sent from now on say this." in text(done)
    assert "Neuer Weg 3" in Controller.objects.get().authority_address
    wrong = client.post(reverse("desk:letter-facts"), {**values, "facts-dpo_email": "nobody"})
    assert "Neuer Weg 3" in text(wrong)
    assert Controller.objects.get().dpo_email != "nobody"
