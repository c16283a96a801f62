"""Boxes on pictures and pages: places that are not words (rules X-02 to X-07).

Sides are in hundredths of a percent of the picture as one sees it, so that a box means the same on a small preview and on
the original, and is found again when the answer is built once more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PIL import ImageDraw

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PIL.Image import Image

    from dsr.law.redaction import Reason

WHOLE: Final = 10_000
"""The length of a side of the picture."""
SLACK: Final = 2
"""Pixels around a box: the soft edge of what it covers goes too."""
_BLACK: Final = (0, 0, 0)


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """A rectangle on the page `sheet` (from 1) that is taken out."""

    sheet: int
    left: int
    top: int
    width: int
    height: int
    reason: Reason


def fits(*, left: int, top: int, width: int, height: int) -> bool:
    """Whether the rectangle is not empty and lies on the picture."""
    return min(left, top) >= 0 and min(width, height) > 0 and left + width <= WHOLE and top + height <= WHOLE


def pixels(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom pixel of the box, the last ones too, on a picture of `size`; never smaller than drawn."""
    across, down = size
    left = math.floor(box.left * across / WHOLE) - SLACK
    top = math.floor(box.top * down / WHOLE) - SLACK
    right = math.ceil((box.left + box.width) * across / WHOLE) + SLACK
    bottom = math.ceil((box.top + box.height) * down / WHOLE) + SLACK
    return max(left, 0), max(top, 0), min(right, across - 1), min(bottom, down - 1)


def fill(image: Image, boxes: Iterable[Box]) -> None:
    """Replace every pixel under the boxes, whatever page they name, by black. The picture is RGB."""
    draw = ImageDraw.Draw(image)
    for box in boxes:
        draw.rectangle(pixels(box, image.size), fill=_BLACK)
