"""Articles are cited as the official version of each language does."""

from __future__ import annotations

import pytest
from django.utils import translation

from dsr import wording
from dsr.law.rights import GROUND_ARTICLES, Ground, Right
from dsr.wording.provisions import provision

KEPT_BY_LAW = {
    "en": "17(3)(b)",
    "de": "17 Absatz 3 Buchstabe b",
    "fr": "17, paragraphe 3, point b)",
    "es": "17.3.b)",
    "it": "17, paragrafo 3, lettera b)",
    "nl": "17, lid 3, onder b",
    "pl": "17 ust. 3 lit. b",
    "pt": "17.º, n.º 3, alínea b)",
}
CONTROLLER = {"en": "4(7)", "de": "4 Nummer 7", "fr": "4, point 7)", "nl": "4, punt 7", "pl": "4 pkt 7"}


@pytest.mark.parametrize(("language", "cited"), KEPT_BY_LAW.items())
def test_a_point_of_a_paragraph(language: str, cited: str) -> None:
    with translation.override(language):
        assert provision("17(3)(b)") == cited
        assert cited in wording.ground_law(Ground.KEPT_BY_LAW)


@pytest.mark.parametrize(("language", "cited"), CONTROLLER.items())
def test_a_definition_is_a_point_of_article_4(language: str, cited: str) -> None:
    with translation.override(language):
        assert provision("4(7)") == cited


@pytest.mark.parametrize("language", KEPT_BY_LAW)
def test_every_article_of_the_tables_is_understood(language: str) -> None:
    with translation.override(language):
        for code in GROUND_ARTICLES.values():
            assert ("(" in provision(code)) == (language == "en" and "(" in code)
        assert all(wording.article(right) for right in Right)


def test_what_is_no_article_stays_as_it_is() -> None:
    with translation.override("de"):
        assert provision("Recital 63") == "Recital 63"
