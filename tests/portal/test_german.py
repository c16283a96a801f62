"""The portal in German: whatever a page or mail says to a subscriber, it says in German too (ux.md 1.2, language discontinuity)."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import polib
import pytest
from django.utils import translation
from django.utils.translation.template import templatize

from dsr.law.workflow import State
from dsr.wording import cases, letters
from tests.factories import make_controller
from tests.portal.walk import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = [ROOT / folder / "locale/de/LC_MESSAGES/django.po" for folder in ("portal", "dsr")]
PYTHON = [
    *(ROOT / "portal").rglob("*.py"),
    *(
        ROOT / "dsr" / name
        for name in ("signin.py", "accounts.py", "forms.py", "wording/asked.py", "templatetags/ui.py")
    ),
]
# The list of keys belongs to the desk.
TEMPLATES = [
    path
    for pattern in ("portal/*", "account/**/*.*", "mail/*", "ui/*.html", "*.html", "django/forms/field.html")
    for path in (ROOT / "templates").glob(pattern)
    if path.is_file() and path.name != "keys.html"
]
# A call in what templatize makes of a template: _('…'), gettext("…"), ngettext(…), pgettext(…).
CALL = re.compile(r"""(n?p?gettext|_)\(((?:[^()"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*)\)""")
FIRST = {"_": 0, "gettext": 0, "gettext_lazy": 0, "ngettext": 0, "ngettext_lazy": 0, "pgettext": 1, "pgettext_lazy": 1}


def said_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            at = FIRST.get(getattr(node.func, "id", getattr(node.func, "attr", "")))
            text = node.args[at] if at is not None and len(node.args) > at else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield text.value


def said() -> set[str]:
    found = {text for path in PYTHON for text in said_in(ast.parse(path.read_text(encoding="utf-8")))}
    for path in TEMPLATES:
        for name, arguments in CALL.findall(templatize(path.read_text(encoding="utf-8"))):
            found |= set(said_in(ast.parse(f"{name}({arguments.rstrip(', ')})")))
    for table in (cases.RIGHTS_PLAIN, cases.RIGHTS_ASKED, letters.LETTERS):
        found |= {str(words) for words in table.values()}
    for pairs in (cases.SUBJECT_STATES, cases.SUBJECT_STATES_OF_RIGHT):
        found |= {str(words) for pair in pairs.values() for words in pair}
    return found


def entries() -> list[polib.POEntry]:
    return [entry for path in CATALOGUES for entry in polib.pofile(str(path))]


def test_every_sentence_has_a_german_one() -> None:
    german = {entry.msgid for entry in entries() if entry.translated()}

    assert len(said()) > 550
    assert said() - german == set()


def test_placeholders_and_tags_are_the_same_in_both_languages() -> None:
    for entry in polib.pofile(str(CATALOGUES[0])):
        for text in (entry.msgstr, *entry.msgstr_plural.values()):
            for pattern in (r"%\(\w+\)s|%s", r"</?\w+>"):
                wanted = set(re.findall(pattern, entry.msgid_plural or entry.msgid))
                found = set(re.findall(pattern, text))
                # The singular may leave the number out ("one minute").
                assert found == wanted or (entry.msgid_plural and found <= wanted) or not text, entry.msgid


def test_the_compiled_catalogue_is_the_written_one() -> None:
    written = polib.pofile(str(CATALOGUES[0]))
    compiled = polib.mofile(str(CATALOGUES[0].with_suffix(".mo")))

    assert {(e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in compiled} == {
        (e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in written
    }


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_told_in_german(state: State) -> None:
    headline, following = cases.SUBJECT_STATES[state]
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
