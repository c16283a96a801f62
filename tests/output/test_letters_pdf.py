"""All letters as PDF: for screen readers and archives, word for word the text, and an address where the envelope's window is."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import replace

import pikepdf
import pytest

from dsr.output import pdf
from dsr.output.inputs import Addressee
from dsr.output.letters import letter_document, letter_html, letter_text, title
from tests.output import sample_letters
from tests.output.reading import boxes_of, text_of

LETTERS = sample_letters.letters()


@pytest.mark.slow
def test_every_letter_is_an_accessible_archive_file_that_says_what_its_text_says() -> None:
    """One start of the renderer for all of them: PDF/A-3a and PDF/UA-1, the words of `letter_text`, no lonely heading."""
    made = pdf.render_pdf([letter_document(letter) for letter in LETTERS.values()])

    for name, data in zip(LETTERS, made, strict=True):
        is_accessible(name, data)
        pages = pages_of(data, LETTERS[name].sender.name, LETTERS[name].head.reference)
        says_the_same(name, pages)
        has_no_heading_alone(name, pages)


def is_accessible(name: str, data: bytes) -> None:
    """Metadata, language, title, tags, scopes, embedded fonts: what PDF/A-3a and PDF/UA-1 ask for and a test can see."""
    with pikepdf.open(io.BytesIO(data)) as file, file.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A"), name
        assert metadata["pdfuaid:part"] == "1", name
        assert metadata["dc:title"] == title(LETTERS[name]), name
        assert bool(file.Root.MarkInfo.Marked)
        assert str(file.Root.Lang) == "en"
        assert bool(file.Root.ViewerPreferences.DisplayDocTitle)
        objects = [item for item in file.objects if isinstance(item, pikepdf.Dictionary)]
        elements = [item for item in objects if item.get("/Type") == "/StructElem"]
        assert len([item for item in elements if item.S == "/H1"]) == 1, name
        assert all("/Scope" in item.A for item in elements if item.S == "/TH"), name
        fonts = [item for item in objects if item.get("/Type") == "/FontDescriptor"]
        assert fonts
        assert all("/FontFile2" in item for item in fonts), name
        assert 1 <= len(file.pages) <= 4, name


def pages_of(data: bytes, brand: str, reference: str) -> list[list[str]]:
    """The lines of each page, the line at its foot (case number, page of pages) checked and taken away."""
    pages = [page for page in text_of(data, layout=True).split("\f") if page.strip()]
    lines = [[line for line in page.splitlines() if line.strip()] for page in pages]
    for number, page in enumerate(lines, 1):
        assert page.pop().split() == [*f"{brand} · {reference}".split(), "Page", str(number), "/", str(len(lines))]
    return lines


def says_the_same(name: str, pages: list[list[str]]) -> None:
    """The same signs as often as in the text: the reference block stands beside the address, so order is not looked at."""
    html = letter_html(LETTERS[name])
    if "<thead>" in html:
        return  # a table is told differently aloud; test_letters_text compares it
    printed, text = "\n".join(line for page in pages for line in page), letter_text(LETTERS[name])
    if "<ol>" in html:
        printed, text = (re.sub(r"^\s*\d+\. ", "", said, flags=re.MULTILINE) for said in (printed, text))
    assert Counter(re.findall(r"\w", printed)) == Counter(re.findall(r"\w", text)), name


def has_no_heading_alone(name: str, pages: list[list[str]]) -> None:
    """No heading is the last line of a page, and no page holds the fine print alone."""
    headings = set(re.findall(r"<h2>(.*?)</h2>", letter_html(LETTERS[name])))
    for page in pages:
        assert page[-1].strip() not in headings, name
        assert not page[0].startswith("Who is responsible"), name


@pytest.mark.parametrize(
    "address",
    [
        ("Fischergasse 3", "80469 Munich"),
        (
            "c/o Example Housing Association",
            "Building B, Staircase 4",
            "Floor 3, Door 12",
            "Long Acre 1",
            "Ward",
            "District",
            "12345 Town",
            "Country",
        ),
    ],
)
def test_address_stands_in_the_window_of_the_envelope(address: tuple[str, ...]) -> None:
    """DIN 5008 form B: 45 to 90 mm from the top, 20 to 105 mm from the left; the sender's line is in it too."""
    addressee = Addressee("Maria Aleksandra Kowalska-Nowakowska", address)
    letter = replace(LETTERS["L-18"], addressee=addressee)
    (made,) = pdf.render_pdf([letter_document(letter)])

    window = [
        word
        for word, left, top, right, bottom in boxes_of(made)
        if left >= 20 and right <= 105 and top >= 45 and bottom <= 90
    ]

    for word in " ".join(("Northwave Telecom GmbH", addressee.name, *address)).split():
        assert word in window
    # Nothing else may be seen through it.
    assert len(window) == len(" ".join((addressee.name, *address)).split()) + len(
        " · ".join((letter.sender.legal_name, *letter.sender.address)).split()
    )
