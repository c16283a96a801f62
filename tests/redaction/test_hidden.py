"""What nobody sees at the desk does not leave: files that hold more than their text are made anew from it (X-02, X-06)."""

from __future__ import annotations

import io
import time
import zipfile
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
from django.urls import reverse

from dsr.cases import actors, redactions
from dsr.fulfil.redact import redact
from dsr.models import Case, RedactionItem
from dsr.redaction import docx
from dsr.redaction.extract import MAX_CHARS, Extracted, WhyWhole, extract
from exporters.files.content import FileKind
from tests.desk.conftest import text
from tests.factories import MONDAY, make_case, make_staff
from tests.redaction import documents
from tests.redaction.documents import KEPT, SECRET, everything_in
from tests.redaction.test_files import file

if TYPE_CHECKING:
    from django.test import Client

    from dsr.output.attached import Attached

MAIL = f"From: a@example.com\r\nSubject: hi\r\n{{}}\r\n{KEPT}\r\n"


def word(**parts: str) -> bytes:
    """A plain document, and more parts or another body."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx.made_of(KEPT))) as plain, zipfile.ZipFile(out, "w") as new:
        for name in plain.namelist():
            body = plain.read(name).decode()
            extra = parts.get("body", "") if name == "word/document.xml" else ""
            new.writestr(name, body.replace("</w:body>", f"{extra}</w:body>"))
        for name, body in parts.items():
            if name != "body":
                new.writestr(name.replace("__", "/").replace("_xml", ".xml"), body)
    return out.getvalue()


def plain_pdf(**entries: Any) -> bytes:
    with pikepdf.open(io.BytesIO(documents.pdf(KEPT))) as document:
        del document.pages[0].Annots
        del document.Root.Names, document.Root.AF
        for name, value in entries.items():
            document.Root[f"/{name}"] = value
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def run(inside: str) -> str:
    return f"<w:p><w:r>{inside}</w:r></w:p>"


FORM = pikepdf.Dictionary(Fields=[])
HIDING = {
    "blind-copy.eml": MAIL.format("Bcc: tom@example.net\r\n").encode(),
    "twice.eml": MAIL.format("To: b@example.com\r\nTo: tom@example.net\r\n").encode(),
    "named.eml": MAIL.format('Content-Type: text/plain; name="Tom Byrne"\r\n').encode(),
    "attached.eml": documents.mail(),
    "deleted.docx": word(body="<w:p><w:del><w:r><w:delText>Tom</w:delText></w:r></w:del></w:p>"),
    "vanished.docx": word(body=run("<w:rPr><w:vanish/></w:rPr><w:t>Tom</w:t>")),
    "field.docx": word(body=run("<w:instrText>MAILTO tom@example.net</w:instrText>")),
    "inserted.docx": word(body=f'<w:ins w:author="Tom Byrne">{run("<w:t>x</w:t>")}</w:ins>'),
    "loose.docx": word(body="<w:t>Tom</w:t>"),
    "comment.docx": word(word__comments_xml="<c/>"),
    "author.docx": word(docProps__core_xml="<p><creator>Tom</creator></p>"),
    "sheet.docx": word(word__embeddings__a="Tom"),
    "comment.html": f"<p>{KEPT}</p><!-- Tom -->".encode(),
    "style.html": f"<p>{KEPT}</p><style>Tom <p>and all after it".encode(),
    "title.html": f"<p title='Tom'>{KEPT}</p>".encode(),
    "address.html": f"<p>{KEPT} <tom@example.net></p>".encode(),
    "section.html": f"<p>{KEPT}</p><![CDATA[ Tom ]]>".encode(),
    "note.pdf": documents.pdf(KEPT),
    "form.pdf": plain_pdf(AcroForm=FORM),
    "files.pdf": plain_pdf(Names=pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary())),
}
PLAIN = {
    "bare.eml": MAIL.format(
        "To: b@example.com\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    ).encode(),
    "plain.docx": word(docProps__core_xml="<p><creator/><created>2026-01-01T00:00:00Z</created></p>"),
    "plain.html": f"<!DOCTYPE html><html lang='en'><head></head><body><p class='a'>{KEPT}</p></body></html>".encode(),
    "plain.pdf": plain_pdf(),
    "plain.txt": KEPT.encode(),
}


def read(name: str, data: bytes) -> Extracted | WhyWhole:
    return extract(data, kind=file(name, data).content.kind, name=name, media_type="")


@pytest.mark.parametrize("name", [*HIDING, *PLAIN])
def test_X_02_a_file_that_holds_more_than_its_text_is_known(name: str) -> None:
    found = read(name, {**HIDING, **PLAIN}[name])
    assert isinstance(found, Extracted), found
    assert (KEPT in found.text, found.hidden) == (True, name in HIDING)


def test_what_follows_a_head_that_nobody_closed_is_read_and_a_page_without_words_is_looked_at_itself() -> None:
    found = read("a.html", f"<head><title>x</title><p>{KEPT}".encode())
    assert isinstance(found, Extracted)
    assert KEPT in found.text
    assert read("a.html", b"<html><style>Tom Byrne lives here") is WhyWhole.HIDDEN


# Each took seconds or minutes when the time grew with the square of the length.
@pytest.mark.parametrize("piece", ["<a ", "<!--", "<!-- >", "<b> </b>", "<template>", "</noscript ", "<![a[ >"])
def test_the_time_to_read_a_page_grows_with_its_length(piece: str) -> None:
    source = (piece * MAX_CHARS)[: MAX_CHARS // 2] + "</noscript>" * MAX_CHARS
    page = source[:MAX_CHARS].encode()
    before = time.process_time()
    extract(page, kind=FileKind.PAGE, name="a.html", media_type="")
    assert time.process_time() - before < 5
    mail = b"From: a@example.com\r\nContent-Type: text/html\r\n\r\n" + page
    assert extract(mail + b"x" * 20, kind=FileKind.TEXT, name="a.eml", media_type="") is WhyWhole.TOO_LARGE
    assert extract(page + b"x", kind=FileKind.PAGE, name="a.html", media_type="") is WhyWhole.TOO_LARGE


@pytest.fixture
def case(db: None) -> Any:
    made = make_case()
    Case.objects.filter(pk=made.pk).update(state="drafting")
    return Case.objects.select_related("controller", "request").get(pk=made.pk)


def looked(case: Case, *files: Attached) -> tuple[Attached, ...]:
    left = redact(case, found=(), attached=files, now=MONDAY, check=lambda: None)
    assert left.keep(now=MONDAY)
    return left.attached


def test_X_02_what_is_checked_without_a_mark_leaves_as_it_was_read(case: Case, client: Client) -> None:
    names = ("blind-copy.eml", "attached.eml", "deleted.docx", "comment.html", "note.pdf")
    files = [file(name, HIDING[name]) for name in names]
    files += [file("plain.txt", PLAIN["plain.txt"]), file("empty.html", b"<html><style>Tom Byrne lives here")]
    looked(case, *files)
    rows = list(RedactionItem.objects.filter(case=case).order_by("position"))
    assert [row.why_whole for row in rows] == ["hidden"] * 5 + ["", "hidden"]
    mara = make_staff()
    actor = actors.staff(mara)
    seen = {str(row.pk): row.version for row in rows}
    assert redactions.check_several(case_id=case.pk, seen=seen, actor=actor, now=MONDAY) == 1
    assert RedactionItem.objects.get(case=case, checked_at__isnull=False).pk == rows[5].pk

    client.force_login(mara)
    shown = [text(client.get(reverse("desk:redaction-item", args=[case.pk, row.pk]))) for row in rows]
    told = ["the subscriber gets it made anew from this text" in page for page in shown]
    assert told == [True] * 5 + [False] * 2
    assert "Look at the file itself, or withhold it" in shown[6]
    for row in rows:
        row.refresh_from_db()
        if row.checked_at is None:
            redactions.accept_all(item_id=row.pk, seen=row.version, actor=actor, now=MONDAY)
            row.marks.update(state="dismissed")
    left = looked(case, *files)
    expected = ["blind-copy.txt", "attached.txt", "deleted.docx", "comment.txt", "note.pdf", "plain.txt", "empty.html"]
    assert [one.name for one in left] == expected
    for one in left[:5]:
        inside = everything_in(b"".join(one.read()))
        assert not [one for one in (b"tom@example.net", b"X-Asked-By", b"delText", b"<!--", b"/Annot") if one in inside]
    assert KEPT.encode() in b"".join(left[0].read())
    assert left[5] == files[5]


def test_X_06_the_number_of_a_file_tells_of_no_other_file(case: Case) -> None:
    files = [file(f"{n}.txt", f"Neighbour {SECRET} called {n}.".encode()) for n in range(4)]
    looked(case, *files)
    rows = list(RedactionItem.objects.filter(case=case).order_by("position"))
    for row in rows:
        row.marks.update(state="accepted")
    RedactionItem.objects.filter(pk=rows[0].pk).update(whole="accepted", whole_reason="undisclosable")
    rows[2].marks.update(reason="undisclosable")
    assert [one.name for one in looked(case, *files)] == ["redacted-1.txt", "file-1.txt", "redacted-2.txt"]
