"""The plain text of a letter: the words of its HTML in their order, and the golden texts that people have read."""

from __future__ import annotations

import html as entities
import re
from collections import Counter
from dataclasses import replace

import pytest

from dsr.law.letters import LetterCode
from dsr.output.inputs import OutputError
from dsr.output.letter_plain import plain_text
from dsr.output.letters import letter_html, letter_text
from tests.output import golden, sample_letters

LETTERS = sample_letters.letters()


def words(text: str) -> list[str]:
    return re.findall(r"[\w@§]+", text)


@pytest.mark.parametrize("name", sorted(LETTERS))
def test_text_holds_the_words_of_the_html_and_no_others(name: str) -> None:
    """One source: nothing is in one form of the letter and not in the other."""
    html = letter_html(LETTERS[name])
    body = re.sub(r"<thead>.*?</thead>", "", html[html.index("</head>") :], flags=re.DOTALL)
    printed = words(entities.unescape(re.sub(r"<[^>]+>", " ", body)))
    text = (
        re.sub(r"^\d+\. ", "", letter_text(LETTERS[name]), flags=re.MULTILINE)
        if "<ol" in html
        else letter_text(LETTERS[name])
    )

    if "<thead>" not in html:
        assert words(text) == printed
    else:  # the names of the columns are said again in each row
        columns = set(words(" ".join(re.findall(r"<th scope=\"col\"[^>]*>(.*?)</th>", html))))
        more = Counter(words(text)) - Counter(printed)
        assert not Counter(printed) - Counter(words(text))
        assert set(more) <= columns


def test_tables_lists_and_breaks_read_aloud() -> None:
    html = """<html><head><title>T</title></head><body><h1>One</h1><p>a<br>b &amp; <b>c</b>
      <a href="x">d</a></p><ol><li>first</li><li>second</li></ol><ul><li>x<br>y</li></ul>
      <table><caption>Cap</caption><thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead>
      <tbody><tr><th scope="row">1<br><span>2</span></th><td>3</td></tr></tbody></table></body></html>"""

    assert plain_text(html) == ("One\n\na\nb & c d\n\n1. first\n2. second\n\n- x\n  y\n\nCap\n\n- A: 1, 2\n  B: 3\n")


def test_tag_that_is_not_known_is_refused() -> None:
    with pytest.raises(OutputError, match="tag_unknown: pre"):
        plain_text("<html><body><pre>lost</pre></body></html>")


def test_hostile_control_characters_do_not_break_lines() -> None:
    letter = replace(LETTERS["L-18"], body=replace(LETTERS["L-18"].body, paragraph="a\x00b\u2028c"))

    assert "\n\nab\nc\n\n" in letter_text(letter)


def test_there_is_a_sample_of_every_letter() -> None:
    """L-08 stands alone as well as inside L-11."""
    assert {LETTERS[name].body.code for name in LETTERS} == set(LetterCode)
    assert all(name == code or name.startswith(f"{code}-") for name in LETTERS for code in [LETTERS[name].body.code])


@pytest.mark.parametrize("language", golden.LANGUAGES)
def test_golden_texts(language: str) -> None:
    """Compare with what was read: `python -m tests.output.golden` writes the texts anew after a wanted change."""
    said = golden.texts(language)

    for name, text in said.items():
        assert golden.path(name, language).read_text(encoding="utf-8") == text, name
    assert {file.name for file in golden.FOLDER.glob(f"*.{language}.txt")} == {
        f"{name}.{language}.txt" for name in said
    }


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it", "nl", "pl", "pt"])
def test_every_letter_is_made_in_every_language(language: str) -> None:
    """Dates in the form of the language, no hole, the language declared; words come from its catalogue."""
    for letter in sample_letters.letters(language).values():
        assert f'<html lang="{language}">' in letter_html(letter)
    months = {
        "en": "5 February 2026",
        "de": "5. Februar 2026",
        "fr": "5 février 2026",
        "es": "5 de febrero de 2026",
        "it": "5 febbraio 2026",
        "nl": "5 februari 2026",
        "pl": "5 lutego 2026",
        "pt": "5 de fevereiro de 2026",
    }
    assert months[language] in letter_text(sample_letters.letters(language)["L-02"])
