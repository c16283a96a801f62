"""Files as strangers send them: honest ones, and ones that try something. Made here, so that nothing real lies in the tests."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

DOCX_TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    b'wordprocessingml.document.main+xml"/></Types>'
)
LINKS = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="https://example.com/x" '
    b'TargetMode="External"/></Relationships>'
)
ODT_TYPE = b"application/vnd.oasis.opendocument.text"


def picture(form: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: Any) -> bytes:
    """A picture with a red left and a blue right half."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    image.convert(mode).save(out, form, **options)
    return out.getvalue()


def photo() -> bytes:
    """A JPEG as a phone makes it: turned by EXIF, with a place, a camera, a comment."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    exif[0x010F] = "Example Camera"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    return picture(exif=exif, comment=b"secret comment")


def pdf(change: Any = None, pages: int = 1, **options: Any) -> bytes:
    """A PDF of blank pages; `change` gets it before it is saved."""
    made = pikepdf.new()
    for _page in range(pages):
        made.add_blank_page()
    if change:
        change(made)
    out = io.BytesIO()
    made.save(out, **options)
    return out.getvalue()


def archive(parts: dict[str, bytes], **options: Any) -> bytes:
    """A ZIP with these parts, in order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **options) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def docx(**extra: bytes) -> bytes:
    """A Word document as far as its directory; `extra` parts with `__` for `/`."""
    parts = {"[Content_Types].xml": DOCX_TYPES, "word/document.xml": b"<w:document/>"}
    return archive(parts | {name.replace("__", "/"): content for name, content in extra.items()})


def odt(content: bytes = b"<office:document-content/>", **extra: bytes) -> bytes:
    """An OpenDocument text."""
    parts = {"mimetype": ODT_TYPE, "content.xml": content, "META-INF/manifest.xml": b"<manifest:manifest/>"}
    return archive(parts | {name.replace("__", "/"): content for name, content in extra.items()})


def bomb_png(side: int = 20_000) -> bytes:
    """A PNG of 400 million pixels in some hundred kilobytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(side // 8 + 1)) for _row in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def sent(content: bytes, name: str = "page.jpg") -> SimpleUploadedFile:
    """What Django hands to a form."""
    return SimpleUploadedFile(name, content)
