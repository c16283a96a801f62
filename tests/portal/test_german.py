"""The portal in German, as an example of a language: states, start page (ux.md 1.2, language discontinuity)."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import translation

from dsr.law.workflow import State
from dsr.wording import subject
from portal.forms.ask import language_choices
from tests.factories import make_controller
from tests.portal.walk import text_of


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_told_in_german(state: State) -> None:
    headline, following = subject.SUBJECT_STATES[state]
    with translation.override("en"):
        english = (str(headline), str(following))
    with translation.override("de"):
        german = (str(headline), str(following))

    assert not set(english) & set(german)


@pytest.mark.django_db
def test_the_start_page_speaks_german(client) -> None:
    make_controller()

    page = client.get("/", headers={"accept-language": "de"})

    assert "Die Daten, die wir über Sie haben" in text_of(page)
    assert '<html lang="de"' in page.content.decode()


@pytest.mark.django_db
def test_many_languages_stand_at_the_foot_and_the_head_leads_there(client) -> None:
    make_controller(languages=["en", "de", "fr", "es", "it", "nl", "pl", "pt"])

    page = client.get("/").content.decode()

    assert '<a class="nav-link" href="#languages">Language</a>' in page
    head, _, foot = page.partition('id="languages"')
    assert 'lang="pl"' not in head
    for code in ("de", "fr", "es", "it", "nl", "pl", "pt"):
        assert f'lang="{code}"' in foot


@pytest.mark.django_db
def test_a_language_is_chosen_on_the_page_one_is_on(client) -> None:
    make_controller(languages=["en", "de", "pl"])

    back = client.post(reverse("set_language"), {"language": "pl", "next": "/help/"}, follow=True)

    assert back.request["PATH_INFO"] == "/help/"
    assert '<html lang="pl"' in back.content.decode()


@pytest.mark.django_db
def test_languages_are_offered_in_their_own_names_whatever_the_page_speaks() -> None:
    """Who does not read the language of the page finds her own."""
    with translation.override("de"):
        offered = language_choices(make_controller(languages=["en", "fr", "pl"]))

    assert offered == [("en", "English"), ("fr", "Français"), ("pl", "Polski")]
