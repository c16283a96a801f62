"""Files that hold what must not leave, in every corner where such a thing can hide."""

from __future__ import annotations

import io
import zipfile

import pikepdf

SECRET = "Tom Byrne"
KEPT = "The line at Main Street has been repaired."
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(*, extra: str = "") -> bytes:
    """A Word document with the name in its text, split over runs, in a tracked change, a comment, a header, the properties."""
    body = (
        f"<w:document {_W}><w:body><w:p><w:r><w:t>{KEPT}</w:t></w:r></w:p>"
        "<w:p><w:r><w:t xml:space='preserve'>Her neighbour Tom </w:t></w:r><w:r><w:t>Byrne</w:t></w:r>"
        "<w:r><w:tab/><w:t>called.</w:t></w:r></w:p>"
        f"<w:p><w:del><w:r><w:delText>{SECRET}</w:delText></w:r></w:del>"
        f"<w:r><w:instrText>HYPERLINK mailto:{SECRET}</w:instrText></w:r></w:p>{extra}</w:body></w:document>"
    )
    parts = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": body,
        "word/comments.xml": f"<w:comments {_W}><w:p><w:r><w:t>Ask Mr {SECRET}.</w:t></w:r></w:p></w:comments>",
        "word/header1.xml": f"<w:hdr {_W}><w:p><w:r><w:t>Northwave</w:t></w:r></w:p></w:hdr>",
        "docProps/core.xml": f"<cp>{SECRET}</cp>",
        "word/media/image1.png": SECRET,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        archive.comment = SECRET.encode()
    return out.getvalue()


def pdf(*lines: str, rotate: int = 0, crop: bool = False) -> bytes:
    """A PDF with these lines, the name in its metadata, an attachment, a note and an earlier revision."""
    made = pikepdf.new()
    made.add_blank_page(page_size=(400, 300))
    page = made.pages[0]
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    text = "".join(f"BT /F1 14 Tf 40 {240 - 30 * at} Td ({line}) Tj ET\n" for at, line in enumerate(lines))
    page.Contents = made.make_stream(text.encode())
    page.Rotate = rotate
    if crop:
        page.CropBox = pikepdf.Array([20, 30, 390, 290])
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[10, 10, 20, 20], Contents=SECRET
    )
    page.Annots = pikepdf.Array([made.make_indirect(note)])
    made.attachments["note.txt"] = SECRET.encode()
    made.docinfo["/Author"] = SECRET
    with made.open_metadata() as meta:
        meta["dc:title"] = SECRET
    out = io.BytesIO()
    made.save(out, static_id=True)
    return out.getvalue()


def mail() -> bytes:
    """A mail with the name in its body, a header and an attachment."""
    return (
        f"From: Mara Example <mara@example.com>\r\nTo: anna@example.com\r\nX-Asked-By: {SECRET}\r\nSubject: Your bill\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n'
        f"<p>{KEPT}</p><p>Your neighbour <b>Tom</b> <i>Byrne</i> paid.</p><!-- {SECRET} -->\r\n"
        f'--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename="a.txt"\r\n\r\n{SECRET}\r\n--b--\r\n'
    ).encode()


def page() -> bytes:
    """A web page with the name in its text, a comment, an attribute, a script and its head."""
    return (
        f"<html><head><title>{SECRET}</title><meta name='author' content='{SECRET}'></head><body><h1>Ticket</h1>"
        f"<p>{KEPT}</p><p title='{SECRET}'>Neighbour Tom&#32;Byrne called.</p><!-- {SECRET} -->"
        f"<script>x = '{SECRET}'</script></body></html>"
    ).encode()


def everything_in(data: bytes) -> bytes:
    """A file and all that is inside: members of archives, streams of PDFs unpacked, so that nothing hides in compression."""
    found = [data]
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found += [archive.comment, *(archive.read(name) for name in archive.namelist())]
    if data[:5] == b"%PDF-":
        with pikepdf.open(io.BytesIO(data)) as document:
            for one in document.objects:
                found.append(repr(one).encode())
                if isinstance(one, pikepdf.Stream):
                    found.append(one.read_raw_bytes())
                    if one.get("/Filter") != pikepdf.Name.DCTDecode:
                        found.append(one.read_bytes())
    return b"\n".join(found)
