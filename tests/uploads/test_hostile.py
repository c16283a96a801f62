"""Files that try something: each is refused with its own reason, or comes out harmless. None of this needs a row."""

from __future__ import annotations

import io
import sys
import zipfile
from typing import Any

import pikepdf
import pytest
from PIL import Image

from dsr.uploads import check, child, office, pdf, pictures
from dsr.uploads.check import checked
from dsr.uploads.codes import FileRefusal as Code
from dsr.uploads.errors import UploadRefusedError
from dsr.uploads.judge import look
from tests.uploads import made

EXE = b"MZ\x90\x00" + bytes(200)


def refused(content: bytes, name: str = "file") -> Code:
    """By the quick look, or by what the child process does, without starting one."""
    try:
        form = look(content, name=name).form
    except UploadRefusedError as error:
        return error.code
    return Code(child.attempt(form.value, content)[0])


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "scan.pdf", Code.EMPTY),
        (EXE, "passport.pdf", Code.PROGRAM),
        (b"\x7fELF" + bytes(100), "photo.jpg", Code.PROGRAM),
        (b"#!/bin/sh\nrm -rf /\n", "letter.txt", Code.PROGRAM),
        (b"<!doctype html><script>alert(1)</script>", "letter.txt", Code.PAGE),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "photo.png", Code.PAGE),
        (b"\xef\xbb\xbf \n<html><body>", "photo.jpg", Code.PAGE),
        (made.archive({"a.exe": EXE}), "papers.zip", Code.ARCHIVE),
        (made.archive({"a.txt": b"x"}), "letter.docx", Code.OLD_OFFICE),
        (b"Rar!\x1a\x07\x01\x00" + bytes(50), "a.jpg", Code.ARCHIVE),
        (b"7z\xbc\xaf\x27\x1c" + bytes(50), "a.jpg", Code.ARCHIVE),
        (b"\x1f\x8b\x08" + bytes(50), "a.pdf", Code.ARCHIVE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old.doc", Code.OLD_OFFICE),
        (b"\x00\x00\x00\x18ftypheic" + bytes(50), "IMG_0001.HEIC", Code.HEIC),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(50), "film.mp4", Code.UNKNOWN_TYPE),
        (b"hello\x00world", "a.txt", Code.UNKNOWN_TYPE),
        (b"hello \x1b[2J world", "a.txt", Code.UNKNOWN_TYPE),
        (b"junk before %PDF-1.7", "a.pdf", Code.UNKNOWN_TYPE),
        (b"%PDF-1.7 and nothing more", "a.pdf", Code.DAMAGED),
        (b"\xff\xd8\xff\xe0 not a picture", "a.jpg", Code.DAMAGED),
        (made.picture()[:-300], "cut.jpg", Code.DAMAGED),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 nonsense", "a.webp", Code.DAMAGED),
    ],
)
def test_what_is_not_a_page_or_a_picture_is_refused_whatever_it_is_called(content, name, code):
    assert refused(content, name) is code


def _javascript(one: pikepdf.Pdf) -> None:
    one.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def _launch(one: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
    one.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=action)])


def _embedded(one: pikepdf.Pdf) -> None:
    one.attachments["invoice.exe"] = EXE


def _submit(one: pikepdf.Pdf) -> None:
    one.pages[0].AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.SubmitForm, F="https://example.com/"))


def _link(one: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.com/")
    one.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=action)])


@pytest.mark.parametrize("change", [_javascript, _launch, _embedded, _submit])
@pytest.mark.parametrize("mode", [pikepdf.ObjectStreamMode.disable, pikepdf.ObjectStreamMode.generate])
def test_a_pdf_that_runs_starts_sends_or_carries_something_is_refused(change, mode):
    assert refused(made.pdf(change, object_stream_mode=mode)) is Code.ACTIVE


def test_pdfs_that_are_locked_too_long_or_two_files_in_one_are_refused_and_plain_ones_are_not(monkeypatch):
    locked = pikepdf.Encryption(user="secret", owner="secret")
    no_printing = pikepdf.Encryption(user="", owner="secret")
    assert refused(made.pdf(encryption=locked)) is Code.LOCKED
    assert child.attempt("application/pdf", made.pdf(encryption=no_printing))[0] == child.OK
    assert refused(made.pdf() + made.archive({"a.exe": EXE})) is Code.MIXED
    assert child.attempt("application/pdf", made.pdf(_link)) == (child.OK, made.pdf(_link))
    monkeypatch.setattr(pdf, "MAX_PAGES", 2)
    assert refused(made.pdf(pages=3)) is Code.TOO_MANY_PAGES


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (made.docx(word__vbaProject=b"x"), Code.ACTIVE),
        (made.docx(**{"word__embeddings__a.xlsx": b"x"}), Code.ACTIVE),
        (made.docx(**{"word___rels__settings.xml.rels": made.LINKS % b"attachedTemplate"}), Code.ACTIVE),
        (made.docx(**{"word___rels__document.xml.rels": made.LINKS % b"hyperlink"}), None),
        (made.docx() + b"MZ", Code.MIXED),
        (made.docx()[:-10], Code.DAMAGED),
        (made.odt(), None),
        (made.odt(**{"Basic__Standard__Module1.xml": b"x"}), Code.ACTIVE),
        (made.odt(b'<a><script:event-listener x=""/></a>'), Code.ACTIVE),
        (
            made.archive({"mimetype": made.ODT_TYPE, "META-INF/manifest.xml": b"<manifest:encryption-data/>"}),
            Code.LOCKED,
        ),
    ],
)
def test_a_text_document_is_text_and_pictures_or_refused(content, code):
    form = look(content, name="letter").form
    assert child.attempt(form.value, content)[0] == (code.value if code else child.OK)


def test_archives_that_unpack_to_too_much_or_say_things_twice_are_refused(monkeypatch):
    monkeypatch.setattr(office, "MAX_UNPACKED", 1 << 20)
    with zipfile.ZipFile(io.BytesIO(made.docx(word__media__a=bytes(2 << 20)))) as whole:
        assert sum(part.compress_size for part in whole.infolist()) < 3 << 20
    assert refused(made.docx(word__media__a=bytes(2 << 20)), "a.docx") is Code.TOO_MUCH_INSIDE
    out = io.BytesIO(made.docx())
    with zipfile.ZipFile(out, "a") as twice, pytest.warns(UserWarning, match="Duplicate"):
        twice.writestr("word/document.xml", b"another text")
    assert refused(out.getvalue(), "a.docx") is Code.MIXED


def test_a_photo_comes_out_turned_without_place_camera_and_comment_and_in_the_form_it_had():
    form, before = look(made.photo(), name="IMG_1.JPG").form, made.photo()
    assert b"Example Camera" in before
    code, after = child.attempt(form.value, before)

    assert code == child.OK
    with Image.open(io.BytesIO(after)) as image:
        assert (image.format, image.size) == ("JPEG", (40, 60))
        assert not image.getexif()
        colour: Any = image.convert("RGB").getpixel((20, 5))
        assert colour[0] > 200  # red is on top now
    assert b"Example Camera" not in after
    assert b"secret comment" not in after


def test_what_is_hidden_behind_a_picture_does_not_survive_and_large_ones_shrink(monkeypatch):
    zipped = made.archive({"a.exe": EXE})
    for form in ("JPEG", "PNG", "WEBP"):
        code, after = child.attempt(f"image/{form.lower()}", made.picture(form) + zipped)
        assert code == child.OK
        assert b"PK" not in after[-200:]
    monkeypatch.setattr(pictures, "LONGEST", 30)
    _code, small = child.attempt("image/png", made.picture("PNG", mode="RGBA"))
    with Image.open(io.BytesIO(small)) as image:
        assert image.size == (30, 20)
        assert image.mode == "RGBA"
    monkeypatch.setattr(pictures, "LARGEST", 10)
    _code, drawn = child.attempt("image/png", made.picture("PNG", mode="RGBA"))
    assert drawn.startswith(b"\xff\xd8\xff")


def test_a_picture_of_400_million_pixels_is_refused_before_it_is_unpacked():
    assert refused(made.bomb_png(), "tiny.png") is Code.TOO_MANY_PIXELS


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\Users\\anna\\scan.JPG", "scan.JPG"),
        ("CON.jpg", "_CON.jpg"),
        ("invoice\u202egpj.exe", "invoicegpj.exe.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie_ x.jpg"),
        ("photo.html", "photo.html.jpg"),
        ("", "file.jpg"),
        ("ä" * 300 + ".jpg", None),
    ],
)
def test_names_say_what_the_file_is_and_do_nothing_else(name, kept):
    found = look(made.picture(), name=name).name
    assert found.lower().endswith(".jpg")
    assert len(found) <= 100
    assert len(found.encode()) <= 200
    assert kept is None or found == kept


def test_the_child_cleans_in_a_process_of_its_own_and_its_death_is_a_reason(monkeypatch):
    kept = checked(made.photo(), name="me.jpeg")
    assert (kept.media_type, kept.name) == ("image/jpeg", "me.jpeg")
    assert b"Example Camera" not in kept.content
    assert checked("Grüße".encode("latin-1"), name="note").name == "note.txt"
    with pytest.raises(UploadRefusedError) as error:
        checked(made.pdf(_javascript), name="Anna Example.pdf")
    assert error.value.code is Code.ACTIVE
    assert "Anna" not in str(error.value)
    assert "“Anna Example.pdf”" in error.value.words

    monkeypatch.setattr(check, "WALL_SECONDS", 0.01)
    with pytest.raises(UploadRefusedError) as late:
        checked(made.photo(), name="me.jpeg")
    assert late.value.code is Code.TOO_HARD
    monkeypatch.setattr(sys, "executable", "/bin/false")
    monkeypatch.setattr(check, "WALL_SECONDS", 5)
    with pytest.raises(UploadRefusedError) as dead:
        checked(made.photo(), name="me.jpeg")
    assert dead.value.code is Code.TOO_HARD
