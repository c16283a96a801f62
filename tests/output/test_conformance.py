"""Letter, report and certificate as files: PDF/A-3a and PDF/UA-1 in one, tagged, with our fonts and no others.

`pdfua` and `qpdf` check what machines can check without a Java machine; the rest of ux.md 5.1 is asserted with pikepdf.
"""

from __future__ import annotations

import functools
import io
import os
import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pdfua
import pikepdf
import pytest

from dsr.output import pdf
from dsr.output.certificate import certificate_document
from dsr.output.letters import AccessAnswer, Letter, letter_document
from dsr.output.names import csv_paths
from dsr.output.report import ReportInput, report_document
from dsr.output.survey import survey
from tests.output import sample
from tests.output.reading import text_of
from tests.output.test_certificate import CERTIFICATE

if TYPE_CHECKING:
    from pathlib import Path

ALPHABETS = {
    "greek": "Ευαγγελία Παπαδοπούλου, Λεωφόρος Αλεξάνδρας 5, Ξάνθη, ΐΰώ",
    "bulgarian": "Щерева Юлия, ул. „Цар Освободител“ № 7, гр. Пловдив, ѝ",
    "polish": "Małgorzata Święćkowska, ul. Źródlana 3, Łódź, żółć",
    "portuguese": "João Conceição, Praça da Alegria 1, Évora, às três, pôr",
}
DOCUMENTS = ("letter", "report", "report_el", "report_bg", "certificate")


@functools.cache
def rendered() -> dict[str, bytes]:
    """All documents from one child, as a package makes them."""
    surveys = tuple(survey(item) for item in sample.everything(120))
    names = sample.dataset("names", "Names", [sample.field(code, code) for code in ALPHABETS])
    alphabets = survey(sample.found("crm", "CRM", names, tuple(ALPHABETS), [tuple(ALPHABETS.values())]))
    surveys = (*surveys, alphabets)
    paths = csv_paths((item.found.store, item.found.info.name) for item in surveys)
    letter = Letter(sample.SENDER, sample.ADDRESSEE, sample.HEAD, AccessAnswer(sample.INQUIRY, surveys))

    def report(language: str) -> pdf.Document:
        head = replace(sample.HEAD, language=language)
        return report_document(ReportInput(sample.SENDER, head, sample.INQUIRY, surveys, paths))

    documents = [letter_document(letter), report("en"), report("el"), report("bg"), certificate_document(CERTIFICATE)]
    return dict(zip(DOCUMENTS, pdf.render_pdf(documents), strict=True))


@pytest.fixture(params=DOCUMENTS)
def made(request: pytest.FixtureRequest) -> bytes:
    return rendered()[str(request.param)]


@pytest.fixture
def opened(made: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(made))


def structure(opened: pikepdf.Pdf) -> list[Any]:
    return [
        item for item in opened.objects if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/StructElem"
    ]


def test_pdfua_finds_nothing(made: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(made)

    report = pdfua.validate(str(path))

    assert [(finding.rule_id, finding.message) for finding in report.findings] == []
    assert report.exit_code == 0


def test_qpdf_finds_nothing(made: bytes, tmp_path: Path) -> None:
    tool = shutil.which("qpdf")
    if tool is None:
        assert not os.environ.get("CI"), "qpdf is missing"
        pytest.skip("qpdf is missing")
    path = tmp_path / "x.pdf"
    path.write_bytes(made)

    done = subprocess.run([tool, "--check", str(path)], capture_output=True, check=False)

    assert done.returncode == 0, done.stderr.decode()


def test_says_what_it_is_and_in_which_language(opened: pikepdf.Pdf) -> None:
    root = opened.Root
    with opened.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"], metadata["pdfuaid:part"]) == ("3", "A", "1")
        assert metadata["dc:title"]
    assert bool(root.MarkInfo.Marked)
    assert str(root.Lang)
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert "/StructTreeRoot" in root


def test_language_is_the_readers() -> None:
    for name, language in (("report", "en"), ("report_el", "el"), ("report_bg", "bg")):
        with pikepdf.open(io.BytesIO(rendered()[name])) as opened:
            assert str(opened.Root.Lang) == language


def test_every_picture_has_words_and_every_head_a_scope(opened: pikepdf.Pdf) -> None:
    elements = structure(opened)

    assert [item for item in elements if item.S == "/Figure" and not str(item.get("/Alt", "")).strip()] == []
    heads = [item for item in elements if item.S == "/TH"]
    assert heads
    assert {str(item.A.Scope) for item in heads} <= {"/Column", "/Row"}
    assert len([item for item in elements if item.S == "/H1"]) == 1


def test_every_font_is_ours_and_embedded(opened: pikepdf.Pdf) -> None:
    objects = [item for item in opened.objects if isinstance(item, pikepdf.Dictionary)]
    fonts = {str(item.BaseFont).partition("+")[2] for item in objects if item.get("/Type") == "/Font"}
    descriptors = [item for item in objects if item.get("/Type") == "/FontDescriptor"]

    assert fonts
    assert [name for name in fonts if not name.startswith("Source-Sans-3")] == []
    assert descriptors
    assert all("/FontFile2" in item or "/FontFile3" in item for item in descriptors)


def test_nothing_in_it_acts_or_reaches_out(opened: pikepdf.Pdf) -> None:
    acting = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/Movie", "/Sound"}
    objects = [item for item in opened.objects if isinstance(item, pikepdf.Dictionary)]

    assert not {str(item.get("/S")) for item in objects} & acting
    assert "/OpenAction" not in opened.Root or not isinstance(opened.Root.OpenAction, pikepdf.Dictionary)
    assert "/AcroForm" not in opened.Root


@pytest.mark.parametrize("alphabet", ALPHABETS)
@pytest.mark.parametrize("name", ["report", "report_el", "report_bg"])
def test_every_alphabet_comes_out_as_text(name: str, alphabet: str) -> None:
    assert ALPHABETS[alphabet] in text_of(rendered()[name])


def test_no_character_is_missing(opened: pikepdf.Pdf, made: bytes) -> None:
    assert "\ufffd" not in text_of(made)
    assert "‹U+0" not in text_of(made).replace("‹U+202E›", "").replace("‹U+4E2D›", "")
