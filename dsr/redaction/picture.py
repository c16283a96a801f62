"""Pictures drawn anew with black boxes: only the pixels that somebody could see survive.

No camera, place, thumbnail, colour profile, comment or second picture of the old file is copied, and what lay behind a
transparent pixel is not drawn either: nobody who looked at the picture saw it.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageOps, UnidentifiedImageError

from dsr.redaction.boxes import fill, pixels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.ImageFile import ImageFile

    from dsr.redaction.boxes import Box

MAX_PIXELS: Final = 60_000_000
"""A larger picture can only be withheld as a whole: it is drawn in memory."""
PREVIEW: Final = 1_600
"""Pixels of the longer side of what a page of the desk shows."""
_FORMS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
_LOSSY: Final = frozenset({"JPEG", "MPO", "WEBP"})
_QUALITY: Final = 90
_DARK: Final = 96
"""The mean of a channel (0 to 255) below which a box is black, although JPEG blurs its edge."""
_BROKEN: Final = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    struct.error,
)
"""What Pillow raises for files that are broken on purpose or by chance."""


class BrokenError(Exception):
    """No picture that can be drawn: broken, too large, of several pictures, or of a form that no program here reads."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture made anew; `ending` of its name with the dot."""

    data: bytes = field(repr=False)
    media_type: str
    ending: str


def can_be_drawn(data: bytes) -> bool:
    """Whether boxes can be put on the picture, by what its head says; its pixels are not read."""
    try:
        with _opened(data):
            return True
    except BrokenError:
        return False


def boxed(data: bytes, boxes: Sequence[Box]) -> Drawn:
    """The picture anew with the boxes filled: PNG, or JPEG for what was a photo. The same in, the same out.

    Raises BrokenError, also when the finished file read once more is not black where it has to be.
    """
    image, lossy = _read(data)
    fill(image, boxes)
    made = Drawn(_coded(image, "JPEG"), "image/jpeg", ".jpg") if lossy else Drawn(_coded(image), "image/png", ".png")
    again, _lossy = _read(made.data)
    if again.size != image.size or not all(_is_black(again, box) for box in boxes):
        raise BrokenError
    return made


def preview(data: bytes) -> bytes:
    """The picture as a JPEG that a page shows, without anything but pixels. Raises BrokenError."""
    image, _lossy = _read(data)
    return reduced(image)


def reduced(image: Image.Image) -> bytes:
    """An RGB picture as a JPEG no longer than PREVIEW."""
    image.thumbnail((PREVIEW, PREVIEW))
    return _coded(image, "JPEG")


def _opened(data: bytes) -> ImageFile:
    try:
        image = Image.open(io.BytesIO(data), formats=_FORMS)
        several = image.format != "MPO" and getattr(image, "n_frames", 1) != 1
    except _BROKEN:
        raise BrokenError from None
    # The second picture of a photo is a preview of the first, and is left out; other files show all of theirs.
    if several or not 0 < image.width * image.height <= MAX_PIXELS:
        image.close()
        raise BrokenError
    return image


def _read(data: bytes) -> tuple[Image.Image, bool]:
    """The picture turned as the camera meant it, in RGB on white, and whether its form loses detail."""
    try:
        with _opened(data) as image:
            lossy = image.format in _LOSSY
            turned = ImageOps.exif_transpose(image)
            plain = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
    except _BROKEN:
        raise BrokenError from None
    paper = Image.new("RGB", plain.size, "white")
    paper.paste(plain, mask=plain.getchannel("A") if plain.mode == "RGBA" else None)
    return paper, lossy


def _coded(image: Image.Image, form: str = "PNG") -> bytes:
    out = io.BytesIO()
    if form == "JPEG":
        image.save(out, "JPEG", quality=_QUALITY, subsampling=0)
    else:
        image.save(out, "PNG")
    return out.getvalue()


def _is_black(image: Image.Image, box: Box) -> bool:
    left, top, right, bottom = pixels(box, image.size)
    shown = image.crop((left, top, right + 1, bottom + 1)).convert("L").resize((1, 1), Image.Resampling.BOX)
    mean = shown.getpixel((0, 0))
    return isinstance(mean, int | float) and mean < _DARK
