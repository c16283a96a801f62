"""The catalogues: whatever a page, a mail, a letter or a package says to a subscriber, it says in each of eight languages."""

from __future__ import annotations

import functools

import polib
import pytest
from django.core.management import call_command
from django.utils import translation

from dsr import catalogues
from dsr.catalogues import Sentence
from dsr.wording.cases import RIGHTS, ROLES

LANGUAGES = ("de", "fr", "es", "it", "nl", "pl", "pt")
sentences = functools.cache(catalogues.sentences)


def test_the_eight_languages_of_the_letters_are_there() -> None:
    assert catalogues.languages() == LANGUAGES


def test_the_sources_are_read() -> None:
    found = sentences()

    assert len(found) > 1_400
    assert "templates/portal/start.html" in {name for names in found.values() for name in names}
    assert not [names for names in found.values() if all(name.startswith("dsr/desk") for name in names)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated_and_compiled(language: str) -> None:
    assert list(catalogues.faults(language, sentences())) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_tables_change_with_the_language(language: str) -> None:
    with translation.override("en"):
        english = [str(word) for word in (*RIGHTS.values(), *ROLES.values())]
    with translation.override(language):
        other = [str(word) for word in (*RIGHTS.values(), *ROLES.values())]

    assert sum(one != two for one, two in zip(english, other, strict=True)) >= len(english) - 2


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A catalogue of its own, so that a test can spoil it."""
    monkeypatch.setattr(catalogues, "path", lambda language: tmp_path / language / "django.po")
    found = {
        Sentence("Hello %(name)s"): ("a.py",),
        Sentence("%(n)s day", plural="%(n)s days"): ("a.py",),
        Sentence("<b>No</b>", context="answer"): ("b.html",),
    }
    catalogues.update("pl", found)
    whole: dict[Sentence, str | list[str]] = {
        Sentence("Hello %(name)s"): "Cześć %(name)s",
        Sentence("%(n)s day", plural="%(n)s days"): ["jeden dzień", "%(n)s dni", "%(n)s dni", "%(n)s dnia"],
        Sentence("<b>No</b>", context="answer"): "<b>Nie</b>",
    }
    assert catalogues.fill("pl", whole) == 3
    assert list(catalogues.faults("pl", found)) == []
    return found


def _book() -> polib.POFile:
    return polib.pofile(str(catalogues.path("pl")))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({Sentence("Hello %(name)s"): "Cześć"}, "placeholders"),
        ({Sentence("Hello %(name)s"): ""}, "missing"),
        ({Sentence("%(n)s day", plural="%(n)s days"): ["dzień", "dni", "%(n)s dni", "%(n)s dnia"]}, "placeholders"),
        ({Sentence("%(n)s day", plural="%(n)s days"): ["%(n)s dzień", "%(n)s dni", "", "%(n)s dnia"]}, "missing"),
        ({Sentence("<b>No</b>", context="answer"): "Nie"}, "tags"),
    ],
)
def test_a_spoilt_translation_is_found(shelf, given, code) -> None:
    catalogues.fill("pl", given)

    assert {fault.code for fault in catalogues.faults("pl", shelf)} == {code}


def test_a_fuzzy_entry_a_gone_sentence_and_an_old_compilation_are_found(shelf) -> None:
    book = _book()
    book[0].flags.append("fuzzy")
    book.save()
    more = {**shelf, Sentence("New"): ("a.py",)}
    less = {sentence: names for sentence, names in shelf.items() if not sentence.context}

    assert {fault.code for fault in catalogues.faults("pl", more)} == {"fuzzy", "missing", "not_compiled"}
    assert "gone" in {fault.code for fault in catalogues.faults("pl", less)}


def test_updating_keeps_what_is_translated_and_drops_what_is_gone(shelf) -> None:
    less = {sentence: names for sentence, names in shelf.items() if not sentence.context}

    catalogues.update("pl", {**less, Sentence("New"): ("a.py",)})

    assert [(entry.msgid, entry.translated()) for entry in _book()] == [
        ("Hello %(name)s", True),
        ("%(n)s day", True),
        ("New", False),
    ]


def test_translations_travel_as_a_file(shelf, tmp_path, capsys) -> None:
    file = tmp_path / "in.json"
    file.write_text('[{"text": "Hello %(name)s", "to": "Witaj %(name)s"}, {"text": "Nobody says this", "to": "x"}]')

    with pytest.raises(Exception, match="Nobody says this"):
        call_command("catalogue", "fill", "pl", str(file))
    file.write_text('[{"text": "Hello %(name)s", "to": "Witaj %(name)s"}]')
    call_command("catalogue", "fill", "pl", str(file))

    assert _book()[0].msgstr == "Witaj %(name)s"


def test_what_a_file_leaves_empty_stays_as_it_is(shelf, tmp_path) -> None:
    file = tmp_path / "in.json"
    file.write_text('[{"text": "%(n)s day", "plural": "%(n)s days", "to": ["", "", "", ""]}]')

    call_command("catalogue", "fill", "pl", str(file))

    assert list(catalogues.faults("pl", shelf)) == []
