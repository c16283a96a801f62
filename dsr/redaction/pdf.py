"""PDFs: the text of their pages, and a new PDF of pictures of the pages with black boxes.

The new one holds pixels and nothing else: no text, no font, no metadata, no attachment, no form, no earlier revision.
Every character of the text has a place on its page, so a box covers exactly what was marked.
"""

from __future__ import annotations

import ctypes
import io
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pikepdf
import pypdfium2
from PIL import ImageDraw
from pypdfium2 import raw

from dsr.redaction.boxes import fill

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PIL.Image import Image

    from dsr.redaction.boxes import Box

MAX_PAGES: Final = 300
DOTS_PER_INCH: Final = 150
_POINTS: Final = 72
_MAX_SIDE: Final = 5_000
_SLACK: Final = 2
"""Pixels around a box: the soft edge of a letter goes too."""
_QUALITY: Final = 80
PAGE_END: Final = "\f"
_SURROGATES: Final = range(0xD800, 0xE000)
_MAX_CODE: Final = 0x10FFFF

_BESIDE: Final = ("/AcroForm", "/AF", "/Collection")
"""Entries of a catalog that hold forms and files."""

# PDFium is not thread-safe; a worker or a web process has several threads.
_ONE_AT_A_TIME: Final = threading.Lock()


class BrokenError(Exception):
    """No PDF, an encrypted one, or one with too many pages."""


@dataclass(frozen=True, slots=True)
class PageText:
    """The characters of a page, each at the index PDFium knows it by; and whether there are pictures."""

    text: str = field(repr=False)
    pictures: bool


def texts(data: bytes) -> list[PageText]:
    """The text of every page. Raises BrokenError."""
    with _ONE_AT_A_TIME:
        document = _opened(data)
        try:
            return [_page_text(page) for page in _pages(document)]
        finally:
            document.close()


def hides(data: bytes) -> bool:
    """Whether the file holds words that no page shows: notes, forms, other files, scripts. True where nobody can tell."""
    try:
        with pikepdf.open(io.BytesIO(data)) as document:
            root = document.Root
            names = root.get("/Names", pikepdf.Dictionary())
            if any(key in root for key in _BESIDE) or any(key in names for key in ("/EmbeddedFiles", "/JavaScript")):
                return True
            return any(_speaks(note) for page in document.pages for note in page.obj.get("/Annots", ()))
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError, RuntimeError):
        return True


def _speaks(note: pikepdf.Object) -> bool:
    """Whether a note on a page is more than a link to another page or to the web."""
    if note.get("/Subtype") != pikepdf.Name.Link or "/Contents" in note:
        return True
    goal = str(note.get("/A", pikepdf.Dictionary()).get("/URI", ""))
    return bool(goal) and not goal.casefold().startswith(("http://", "https://"))


def joined(pages: Sequence[PageText]) -> str:
    """The text of the file: its pages with a form feed between them."""
    return PAGE_END.join(page.text for page in pages)


def _opened(data: bytes) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        raise BrokenError from None
    if not 0 < len(document) <= MAX_PAGES:
        document.close()
        raise BrokenError
    return document


def _pages(document: pypdfium2.PdfDocument) -> Iterator[pypdfium2.PdfPage]:
    for number in range(len(document)):
        try:
            page = document[number]
        except pypdfium2.PdfiumError:
            raise BrokenError from None
        try:
            yield page
        finally:
            page.close()


def _page_text(page: pypdfium2.PdfPage) -> PageText:
    reader = page.get_textpage()
    try:
        codes = [raw.FPDFText_GetUnicode(reader, at) for at in range(reader.count_chars())]
    finally:
        reader.close()
    pictures = any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4))
    return PageText("".join(map(_char, codes)).replace("\r", " "), pictures)


def _char(code: int) -> str:
    """The character; one that cannot stand in a text gives a blank or the sign for unreadable, so that places stay."""
    if code in {0, 0xC}:
        return " "
    return "\ufffd" if code in _SURROGATES or code > _MAX_CODE else chr(code)


def pages(data: bytes) -> int:
    """How many pages there are. Raises BrokenError."""
    with _ONE_AT_A_TIME:
        document = _opened(data)
        try:
            return len(document)
        finally:
            document.close()


def page_picture(data: bytes, sheet: int, places: Sequence[tuple[int, int]], boxes: Sequence[Box]) -> Image:
    """The page `sheet` (from 1) as `blacked_out` draws it. Raises BrokenError, also for a page that is not there."""
    with _ONE_AT_A_TIME:
        document = _opened(data)
        try:
            offset = 0
            for number, page in enumerate(_pages(document), start=1):
                if number == sheet:
                    return _picture(page, offset, places, _on(boxes, sheet))[0]
                if places:  # the text of a page is counted only where a place asks for it
                    offset += _length(page) + 1
        finally:
            document.close()
    raise BrokenError


def _on(boxes: Sequence[Box], sheet: int) -> list[Box]:
    return [box for box in boxes if box.sheet == sheet]


def _length(page: pypdfium2.PdfPage) -> int:
    reader = page.get_textpage()
    try:
        return int(reader.count_chars())
    finally:
        reader.close()


def blacked_out(data: bytes, places: Sequence[tuple[int, int]], boxes: Sequence[Box] = ()) -> bytes:
    """A PDF of pictures in which `places` (start and end in the text of `joined`) and `boxes` are black. The same in, the same
    out.

    Raises BrokenError.
    """
    made = pikepdf.new()
    with _ONE_AT_A_TIME:
        document = _opened(data)
        try:
            offset = 0
            for sheet, page in enumerate(_pages(document), start=1):
                image, length = _picture(page, offset, places, _on(boxes, sheet))
                _add(made, image, page.get_size())
                offset += length + 1
        finally:
            document.close()
    out = io.BytesIO()
    made.save(out, deterministic_id=True)
    return out.getvalue()


def _picture(
    page: pypdfium2.PdfPage, offset: int, places: Sequence[tuple[int, int]], boxes: Sequence[Box]
) -> tuple[Image, int]:
    """The page as a picture with its boxes, and how many characters it has. Notes and forms on it are not drawn."""
    width, height = page.get_size()
    scale = min(DOTS_PER_INCH / _POINTS, _MAX_SIDE / max(width, height, 1))
    image = page.render(scale=scale, draw_annots=False, may_draw_forms=False).to_pil().convert("RGB")
    draw = ImageDraw.Draw(image)
    reader = page.get_textpage()
    try:
        length = reader.count_chars()
        for start, end in places:
            for at in range(max(start - offset, 0), min(end - offset, length)):
                box = _box(page, reader, at, image.size)
                if box is not None:
                    draw.rectangle(box, fill=(0, 0, 0))
    finally:
        reader.close()
    fill(image, boxes)
    return image, length


def _box(
    page: pypdfium2.PdfPage, reader: pypdfium2.PdfTextPage, at: int, size: tuple[int, int]
) -> tuple[int, int, int, int] | None:
    """The place of a character in pixels: left, top, right, bottom; None for one that is not drawn (a line end).

    The larger of the drawn and the nominal box, so that neither a swash nor an accent looks out.
    """
    loose = raw.FS_RECTF()
    corners: list[tuple[float, float]] = []
    if raw.FPDFText_GetLooseCharBox(reader, at, loose):
        corners += [(loose.left, loose.top), (loose.right, loose.bottom), (loose.left, loose.bottom)]
        corners += [(loose.right, loose.top)]
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    if raw.FPDFText_GetCharBox(reader, at, left, right, bottom, top):
        corners += [(x.value, y.value) for x in (left, right) for y in (bottom, top)]
    points = [_pixel(page, x, y, size) for x, y in corners]
    if not points:
        return None
    xs, ys = [x for x, _ in points], [y for _, y in points]
    if min(xs) == max(xs) or min(ys) == max(ys):
        return None
    return min(xs) - _SLACK, min(ys) - _SLACK, max(xs) + _SLACK, max(ys) + _SLACK


def _pixel(page: pypdfium2.PdfPage, x: float, y: float, size: tuple[int, int]) -> tuple[int, int]:
    """Where a point of the page lies in its picture, whatever its rotation and crop."""
    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, size[0], size[1], 0, x, y, across, down)
    return across.value, down.value


def _add(made: pikepdf.Pdf, image: Image, size: tuple[float, float]) -> None:
    """One page that is nothing but the picture, as large as the page was."""
    coded = io.BytesIO()
    image.save(coded, "JPEG", quality=_QUALITY)
    width, height = size
    picture = pikepdf.Stream(
        made,
        coded.getvalue(),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=image.width,
        Height=image.height,
        ColorSpace=pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    made.add_blank_page(page_size=(width, height))
    page = made.pages[-1]
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=made.make_indirect(picture)))
    page.Contents = made.make_stream(f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Im0 Do Q".encode())
