"""The renderer from the parent's side: what comes back, that it is the same every time, and what is refused."""

from __future__ import annotations

import io
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pikepdf
import pytest
from PIL import Image

from dsr.output import pdf, renderer
from tests.output.reading import text_of

if TYPE_CHECKING:
    from pathlib import Path

WRITTEN = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
HEAD = '<!doctype html><html lang="en"><head><title>Answer</title></head><body>'


def page(body: str) -> pdf.Document:
    return pdf.Document(html=f"{HEAD}<h1>Answer</h1>{body}</body></html>", written_at=WRITTEN)


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 20)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, kind)
    return out.getvalue()


def opened(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(data))


def test_names_in_latin_greek_and_cyrillic_are_text() -> None:
    (made,) = pdf.render_pdf([page("<p>Zażółć gęślą · Ευαγγελία Ψαρρού · Димитър Щерев · Őri Şükrü</p>")])

    assert "Zażółć gęślą · Ευαγγελία Ψαρρού · Димитър Щерев · Őri Şükrü" in text_of(made)


def test_only_vendored_fonts_and_all_of_them_embedded() -> None:
    body = "<p>a <b>b</b> <i>c</i> <code>d</code></p><ul><li>x</li></ul><p style='font-family:DejaVu Sans,serif'>y 中 😀</p>"
    (made,) = pdf.render_pdf([page(body)])

    file = opened(made)
    fonts = [item for item in file.objects if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font"]
    descriptors = [item for item in file.objects if isinstance(item, pikepdf.Dictionary) and "/FontFile2" in item]
    assert fonts
    assert {"Source-Sans-3" in str(font.BaseFont) for font in fonts} == {True}
    assert len(descriptors) == len([font for font in fonts if font.Subtype == "/CIDFontType2"])


def test_what_no_font_shows_is_printed_as_its_code_point() -> None:
    (made,) = pdf.render_pdf([page("<p>李 \u202eevil\u2066 \x07 end</p>")])

    assert "‹U+674E› ‹U+202E›evil‹U+2066› ‹U+0007› end" in text_of(made)


def test_same_input_same_bytes_also_in_another_process() -> None:
    document = page("<p>Same</p><table><thead><tr><th scope=col>A</th></tr></thead><tr><td>1</td></tr></table>")

    first, second = pdf.render_pdf([document, document])

    assert first == second == pdf.render_pdf([document])[0]


def test_dates_come_from_the_document_in_utc() -> None:
    berlin = timezone(timedelta(hours=2))
    document = pdf.Document(html=page("x").html, written_at=datetime(2026, 5, 4, 11, 30, tzinfo=berlin))

    (made,) = pdf.render_pdf([document])

    file = opened(made)
    assert str(file.docinfo["/CreationDate"]) == "D:20260504093000Z"
    assert str(file.docinfo["/ModDate"]) == "D:20260504093000Z"


def test_is_tagged_pdf_a_3a_and_pdf_ua_1() -> None:
    body = (
        "<table><caption>T</caption><thead><tr><th scope=col>A</th></tr></thead>"
        "<tbody><tr><th scope=row>r</th><td>1</td></tr></tbody></table>"
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>A chart</title><rect width="9" height="9"/></svg>'
        '<p><a href="https://privacy.example.com/">x</a></p>'
    )
    (made,) = pdf.render_pdf([page(body)])

    file = opened(made)
    root = file.Root
    with file.open_metadata() as metadata:
        assert metadata["pdfaid:part"] == "3"
        assert metadata["pdfaid:conformance"] == "A"
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == "Answer"
    assert bool(root.MarkInfo.Marked)
    assert str(root.Lang) == "en"
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert len(root.OutputIntents) == 1
    elements = [
        item for item in file.objects if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/StructElem"
    ]
    headers = [item for item in elements if item.S == "/TH"]
    assert sorted(str(item.A.Scope) for item in headers) == ["/Column", "/Row"]
    assert [str(item.Alt) for item in elements if item.S == "/Figure"] == ["A chart"]
    assert [annotation.F for annotation in file.pages[0].Annots] == [4]


def test_attachments_are_byte_identical_and_listed_once() -> None:
    attached = (
        pdf.Attachment("data.json", b'{"a": 1}', "Everything, for machines", "Data"),
        pdf.Attachment("fields.csv", "Größe;1\n".encode(), "What the columns mean"),
    )
    document = pdf.Document(html=page("x").html, written_at=WRITTEN, attachments=attached)

    (made,) = pdf.render_pdf([document])

    file = opened(made)
    assert {name: spec.get_file().read_bytes() for name, spec in file.attachments.items()} == {
        "data.json": b'{"a": 1}',
        "fields.csv": "Größe;1\n".encode(),
    }
    assert [str(item.AFRelationship) for item in file.Root.AF] == ["/Data", "/Supplement"]


def test_logo_is_shown_without_its_metadata() -> None:
    clean = pdf.logo(picture("JPEG", (3000, 600)))
    document = pdf.Document(html=page('<img src="urn:dsr:logo" alt="Northwave">').html, written_at=WRITTEN, logo=clean)

    (made,) = pdf.render_pdf([document])

    assert Image.open(io.BytesIO(clean)).size == (1200, 240)
    file = opened(made)
    assert any(item.get("/Subtype") == "/Image" for item in file.objects if isinstance(item, pikepdf.Stream))


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"\x89PNG\r\n\x1a\n broken", picture()[:40]])
def test_logo_that_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(pdf.LogoError):
        pdf.logo(data)


@pytest.mark.parametrize(
    ("html", "code"),
    [
        ("<html><head><title>t</title></head><body>x</body></html>", "not_accessible:language"),
        ("<html lang=en><body>x</body></html>", "not_accessible:title"),
        (
            HEAD + '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
            "not_accessible:figure",
        ),
    ],
)
def test_document_that_a_screen_reader_cannot_use_is_refused(html: str, code: str) -> None:
    with pytest.raises(pdf.RenderError) as refused:
        pdf.render_pdf([page("fine"), pdf.Document(html=html, written_at=WRITTEN)])

    assert (refused.value.code, refused.value.position) == (code, 1)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (page("<td>" * (pdf.MAX_CELLS + 1)), "refused_cells"),
        (page("x" * pdf.MAX_HTML_BYTES), "refused_size"),
        (
            pdf.Document(
                html="x", written_at=WRITTEN, attachments=(pdf.Attachment("a", bytes(pdf.MAX_ATTACHED_BYTES + 1), "a"),)
            ),
            "refused_attachments",
        ),
    ],
)
def test_what_cannot_finish_is_refused_before_it_starts(document: pdf.Document, code: str) -> None:
    with pytest.raises(pdf.RenderError, match=code):
        pdf.render_pdf([document])


def test_naive_date_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        pdf.render_pdf([pdf.Document(html="x", written_at=WRITTEN.replace(tzinfo=None))])


def test_wall_clock_ends_a_render_and_names_the_document() -> None:
    with pytest.raises(pdf.RenderError) as late:
        pdf.render_pdf([page("<table>" + "<tr><td>x" * 20_000 + "</table>")], seconds=0.5)

    assert (late.value.code, late.value.position) == ("timeout", 0)


def test_child_gets_none_of_our_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DSR_SECRET_KEY", "canary")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")

    assert "canary" not in repr(renderer.environment())
    assert set(renderer.environment()) == {"PYTHONPATH", "PYTHONHASHSEED", "PYTHONUTF8", "FONTCONFIG_FILE"}


def test_a_renderer_that_was_killed_is_started_again() -> None:
    assert pdf.render_pdf([page("before")])
    stem = renderer._stem
    assert stem is not None
    stem.process.kill()
    stem.process.wait()

    (made,) = pdf.render_pdf([page("after")])

    assert "after" in text_of(made)


def test_jobs_at_the_same_time_get_their_own_answers() -> None:
    words = [f"letter number {number}" for number in range(6)]
    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(lambda word: pdf.render_pdf([page(word)])[0], words))

    assert [word in text_of(one) for word, one in zip(words, made, strict=True)] == [True] * 6


def test_a_forked_process_has_a_renderer_of_its_own() -> None:
    """As a worker's job is forked off the worker: two processes must never read each other's answers."""
    pdf.render_pdf([page("parent")])
    source, sink = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(sink, b"y" if "child" in text_of(pdf.render_pdf([page("child")])[0]) else b"n")
        finally:
            os._exit(0)
    os.close(sink)
    os.waitpid(pid, 0)

    assert os.read(source, 1) == b"y"
    os.close(source)
    assert "parent" in text_of(pdf.render_pdf([page("parent")])[0])
