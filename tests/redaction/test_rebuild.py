"""Files made anew: nothing of what was taken out is in text, raw bytes, streams or metadata (ux.md 2.3, X-02)."""

from __future__ import annotations

import io
import zipfile

import pikepdf
import pypdfium2
import pytest

from dsr.law.redaction import Reason
from dsr.redaction import pdf
from dsr.redaction.extract import Extracted, How, WhyWhole, extract
from dsr.redaction.rebuild import Made, rebuild
from dsr.redaction.spans import Span
from exporters.files.content import FileKind
from tests.redaction import documents
from tests.redaction.documents import KEPT, SECRET, everything_in

FILES = [
    (documents.docx(), FileKind.DOCUMENT, "a.docx", How.DOCX),
    (documents.mail(), FileKind.TEXT, "a.eml", How.TEXT),
    (documents.page(), FileKind.PAGE, "a.html", How.TEXT),
    (f"{KEPT}\r\nNeighbour {SECRET} called.".encode(), FileKind.TEXT, "a.txt", How.TEXT),
    (f"{KEPT}\nNeighbour {SECRET} called.".encode("utf-16"), FileKind.TEXT, "b.txt", How.TEXT),
    (documents.pdf(KEPT, f"Neighbour {SECRET} called."), FileKind.PDF, "a.pdf", How.PDF),
]


def read(data: bytes, kind: FileKind, name: str) -> Extracted:
    found = extract(data, kind=kind, name=name, media_type="")
    assert isinstance(found, Extracted), found
    return found


def without(data: bytes, found: Extracted) -> Made:
    spans, at = [], found.text.find(SECRET)
    while at >= 0:
        spans.append(Span(at, at + len(SECRET), Reason.OTHER_PERSON))
        at = found.text.find(SECRET, at + 1)
    assert spans
    return rebuild(data, found, spans, lambda _: "[other person, Art. 15(4)]")


@pytest.mark.parametrize(("data", "kind", "name", "how"), FILES, ids=[one[2] for one in FILES])
def test_X_02_the_finished_file_holds_nothing_of_what_was_taken_out(
    data: bytes, kind: FileKind, name: str, how: How
) -> None:
    found = read(data, kind, name)
    assert (found.how, KEPT in found.text, SECRET in found.text) == (how, True, True)
    made = without(data, found)

    inside = everything_in(made.data)
    for word in (*SECRET.split(), "Tom"):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            assert word.encode(encoding) not in inside
    assert "[other person, Art. 15(4)]" in made.text
    assert KEPT in made.text
    if how is not How.PDF:
        assert read(made.data, made.kind, f"x{made.ending}").text.strip() == made.text.strip()
    assert without(data, found) == made


def dark(data: bytes, words: str, before: bytes) -> float:
    """How black the place of `words` (found in the original) is in the finished page: 0 to 1."""
    original, finished = pypdfium2.PdfDocument(before), pypdfium2.PdfDocument(data)
    page = original[0]
    reader = page.get_textpage()
    at = reader.search(words).get_next()
    picture = finished[0].render(scale=2).to_pil().convert("L")
    hits = []
    for n in range(at[0], at[0] + at[1]):
        box = pdf._box(page, reader, n, picture.size)
        if box and words[n - at[0]] != " ":
            hits.append(picture.getpixel(((box[0] + box[2]) // 2, (box[1] + box[3]) // 2)) < 40)
    return float(sum(hits) / len(hits))


@pytest.mark.parametrize(("rotate", "crop"), [(0, False), (90, False), (180, True), (270, True)])
def test_a_box_lies_on_the_letters_however_the_page_is_turned_or_cut(rotate: int, crop: bool) -> None:
    before = documents.pdf(KEPT, f"Neighbour {SECRET} called.", rotate=rotate, crop=crop)
    made = without(before, read(before, FileKind.PDF, "a.pdf"))
    assert dark(made.data, SECRET, before) == 1
    assert dark(made.data, "repaired", before) < 1
    with pikepdf.open(io.BytesIO(made.data)) as document:
        assert not document.attachments
        assert not document.docinfo
        assert "/Metadata" not in document.Root
        assert "/Annots" not in document.pages[0]
    assert pdf.texts(made.data)[0].text.strip() == ""


def test_what_no_program_can_read_is_withheld_as_a_whole() -> None:
    scan = pikepdf.new()
    scan.add_blank_page()
    out = io.BytesIO()
    scan.save(out)
    reasons = {
        WhyWhole.PICTURE: (b"\x89PNG", FileKind.PICTURE, "a.png"),
        WhyWhole.SOUND: (b"RIFF", FileKind.SOUND, "a.wav"),
        WhyWhole.SCAN: (out.getvalue(), FileKind.PDF, "a.pdf"),
        WhyWhole.ARCHIVE: (b"PK", FileKind.ARCHIVE, "a.zip"),
    }
    for why, (data, kind, name) in reasons.items():
        assert extract(data, kind=kind, name=name, media_type="") is why
    broken = [(b"%PDF-1.7 no", FileKind.PDF), (b"PK\x03\x04", FileKind.DOCUMENT), (b"a\0b", FileKind.TEXT)]
    for data, kind in broken:
        assert extract(data, kind=kind, name="x", media_type="") is WhyWhole.UNREADABLE


def test_an_entity_in_a_document_is_never_expanded() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(documents.docx())) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "word/document.xml":
                body = b'<!DOCTYPE a [<!ENTITY e "boom">]>' + body
            new.writestr(name, body)
    assert extract(out.getvalue(), kind=FileKind.DOCUMENT, name="a.docx", media_type="") is WhyWhole.UNREADABLE
