"""Pictures drawn anew: only pixels survive. Place, camera, thumbnail, comments and whatever was hidden behind them are gone."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image, ImageOps

from dsr.uploads.codes import FileRefusal, RefusedFileError

MAX_PIXELS: Final = 80_000_000
LONGEST: Final = 4000
"""Pixels of the longer side of what is kept: a page stays readable."""
LARGEST: Final = 10 << 20
"""Bytes: a PNG of a photo can become larger than what was sent; then it is kept as JPEG."""
_QUALITY: Final = 88
_FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


def redraw(media_type: str, content: bytes) -> bytes:
    """Decode, turn as the camera meant it, reduce to LONGEST, encode again; RefusedFileError for too many pixels.

    Of an animation the first picture stays. The result is of the same form, or JPEG (see LARGEST).
    """
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    form = _FORMATS[media_type]
    try:
        with Image.open(io.BytesIO(content), formats=[form]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise RefusedFileError(FileRefusal.TOO_MANY_PIXELS)
            image.draft("RGB", (LONGEST, LONGEST))  # JPEG is decoded smaller at once
            image.load()
            turned = ImageOps.exif_transpose(image)
    except Image.DecompressionBombError:
        raise RefusedFileError(FileRefusal.TOO_MANY_PIXELS) from None
    turned.thumbnail((LONGEST, LONGEST))
    plain = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
    plain.info = {}
    made = _encoded(plain, form)
    return made if len(made) <= LARGEST else _encoded(plain, "JPEG")


def _encoded(image: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    if form == "PNG":
        image.save(out, "PNG")
    elif form == "WEBP":
        image.save(out, "WEBP", quality=_QUALITY)
    else:
        if image.mode == "RGBA":
            paper = Image.new("RGB", image.size, "white")
            paper.paste(image, mask=image.getchannel("A"))
            image = paper
        image.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
