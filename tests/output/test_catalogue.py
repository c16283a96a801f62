"""The German catalogue: whatever letters, reports and packages say, they say in German too."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import polib
import pytest
from django.utils import translation

from dsr.output.certificate import certificate_html
from dsr.output.erasure_letter import ErasureDone
from dsr.output.letters import AccessAnswer, Acknowledgement, Letter, letter_html
from dsr.output.names import csv_paths
from dsr.output.readme import read_me_html
from dsr.output.report import ReportInput, report_html
from dsr.output.survey import survey
from dsr.wording.cases import RIGHTS, ROLES
from tests.output import erased, sample
from tests.output.test_certificate import CERTIFICATE

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "dsr" / "locale" / "de" / "LC_MESSAGES" / "django.po"
FILES = (
    *sorted((ROOT / "dsr" / "output").glob("*.py")),
    *sorted((ROOT / "templates" / "letters").glob("*.html")),
    *sorted((ROOT / "templates" / "package").glob("*.html")),
)
# {% translate "…" %} in templates; _("…") and gettext("…") in Python.
SIMPLE = re.compile(
    r"""\{%\s*translate\s+"((?:[^"\\]|\\.)*)"\s*%\}|(?:\b_|\bgettext)\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)"""
)

BLOCK = re.compile(r"\{%\s*blocktranslate[^%]*%\}(.*?)\{%\s*endblocktranslate\s*%\}")


def said() -> set[str]:
    found = set()
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        found |= {re.sub(r"\{\{ (\w+) \}\}", r"%(\1)s", block) for block in BLOCK.findall(text)}
        for template, python in SIMPLE.findall(text):
            found.add(template or "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', python)))
    return found


def test_every_sentence_has_a_german_one() -> None:
    german = {entry.msgid for entry in polib.pofile(str(CATALOGUE)).translated_entries()}

    assert len(said()) > 250
    assert said() - german == set()


def test_rights_and_roles_of_a_certificate_are_german_too() -> None:
    with translation.override("en"):
        english = {str(word) for word in (*RIGHTS.values(), *ROLES.values())}

    assert english - {entry.msgid for entry in polib.pofile(str(CATALOGUE)).translated_entries()} == set()


def test_placeholders_are_the_same_in_both_languages() -> None:
    for entry in polib.pofile(str(CATALOGUE)):
        for text in (entry.msgstr, *entry.msgstr_plural.values()):
            if text:
                wanted = set(re.findall(r"%\(\w+\)s", entry.msgid_plural or entry.msgid))
                # The singular may leave the number out ("one data set").
                assert set(re.findall(r"%\(\w+\)s", text)) <= wanted, entry.msgid


def test_compiled_catalogue_is_that_of_the_source() -> None:
    compiled = {
        entry.msgid: (entry.msgstr, entry.msgstr_plural) for entry in polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    }

    source = polib.pofile(str(CATALOGUE)).translated_entries()
    assert compiled == {entry.msgid: (entry.msgstr, entry.msgstr_plural) for entry in source}


@pytest.fixture(scope="module")
def german() -> str:
    head = replace(sample.HEAD, language="de")
    surveys = tuple(survey(item) for item in sample.everything(30))
    paths = csv_paths((item.found.store, item.found.info.name) for item in surveys)
    inquiry = replace(sample.INQUIRY, remarks=())
    erasure = replace(head, right="erasure")
    done = replace(erased.RESULT, backups="Sie werden nach 35 Tagen überschrieben.", not_told=())
    results = (
        done,
        replace(done, kept=(), deferred=(), recipients=(), suppression=False),
        replace(done, erased=()),
        replace(done, erased=(), kept=(), deferred=()),
    )
    parts = [
        letter_html(Letter(sample.SENDER, sample.ADDRESSEE, head, Acknowledgement(identity_open=True))),
        letter_html(Letter(sample.SENDER, sample.ADDRESSEE, head, AccessAnswer(inquiry, surveys))),
        report_html(ReportInput(sample.SENDER, head, inquiry, surveys, paths)),
        *(letter_html(Letter(sample.SENDER, sample.ADDRESSEE, erasure, ErasureDone(result))) for result in results),
        certificate_html(replace(CERTIFICATE, language="de")),
    ]
    with translation.override("de"):
        parts.append(read_me_html(sample.SENDER, head, inquiry, surveys, ()))
    return " ".join(re.sub(r"<(title)>.*?</\1>|<[^>]+>", " ", " ".join(parts)).split())


@pytest.mark.parametrize(
    "words",
    [
        "Ihr Antrag ist am 4. Mai 2026 über unser Datenschutzportal bei uns eingegangen.",
        "Gefunden haben wir 45 Einträge in 4 Datenbeständen.",
        "Vertrag mit Ihnen, Artikel 6 Absatz 1 Buchstabe b DSGVO",
        "sieben Tage nach Ende der Verbindung",
        "Zu solchen Aufzeichnungen bestätigen und verneinen wir nichts.",
        "45 Einträge in 4 Datenbeständen, Stand 19. Mai 2026.",
        "Dieser Ordner enthält 45 Einträge aus 4 Datenbeständen.",
        "Am 20. Mai 2026 haben wir 11.911 Einträge in 5 Datenbeständen gelöscht oder alles daraus entfernt",
        "Rechnungen Abrechnung · Rechnungen 2026 12 AO 147(1),(3),(4); HGB 257; UStG 14b 31. Dezember 2034",
        "Wir behalten sie nur für diesen Zweck: um nachzuweisen, dass Sie eingewilligt hatten.",
        "drei Jahre nach dem Ende der Einwilligung",
        "Plan genehmigt Prüfung 18. Mai 2026, 11:00 CEST",
    ],
)
def test_german_documents_are_german(words: str, german: str) -> None:
    assert words in german


def test_no_english_sentence_is_left_in_a_german_document(german: str) -> None:
    for sentence in said():
        if len(sentence.split()) > 2 and "%" not in sentence:
            assert sentence not in german
