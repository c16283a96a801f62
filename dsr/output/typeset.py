"""HTML to PDF inside the child process: allow-list fetcher, vendored fonts, PDF/A-3a that is PDF/UA-1 as well.

WeasyPrint by itself attaches `file:///etc/passwd` and fetches from 127.0.0.1 when a document asks for it (measured,
ux.md 5.5), so here a document can reach our style sheet and the controller's logo, and any other address stops it.
"""

from __future__ import annotations

import functools
import logging
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fontTools.ttLib import TTFont
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from dsr.output.accessible import NotAccessibleError, accessible

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
BASE_URL = "urn:dsr:"
STYLE_URL = "urn:dsr:print.css"
LOGO_URL = "urn:dsr:logo"
IMAGE_DPI = 150
JPEG_QUALITY = 80
# Direction overrides and isolates: a subscriber could write a text that reads otherwise than it is stored.
_DIRECTION = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}
_SPACE = {0x09, 0x0A, 0x0D, 0x20}


class BlockedError(FatalURLFetchingError):  # type: ignore[misc]  # the base is untyped
    """The document asked for something that is not on the list."""


class Assets(URLFetcher):  # type: ignore[misc]  # the base is untyped
    """Serves the listed assets; any other address stops the rendering."""

    def __init__(self, assets: Mapping[str, tuple[bytes, str]]) -> None:
        super().__init__(allowed_protocols=["urn"], allow_redirects=False)
        self._assets = assets

    def fetch(self, url: str, headers: object = None) -> Any:
        """Return the asset of `url`; BlockedError for everything else. The address is not repeated: it may hold data."""
        if url not in self._assets:
            raise BlockedError
        body, kind = self._assets[url]
        return URLFetcherResponse(url, body, {"Content-Type": kind})


@functools.cache
def _unprintable() -> re.Pattern[str]:
    """Every character that no vendored font can show, as one pattern."""
    covered: set[int] = set()
    for path in sorted(FONTS.glob("*.ttf")):
        with TTFont(path, lazy=True) as font:
            covered |= set(font.getBestCmap())
    covered = (covered - _DIRECTION - set(range(0x20)) - set(range(0x7F, 0xA0))) | _SPACE
    ranges, start, last = [], None, -2
    for code in sorted(covered):
        if code != last + 1:
            if start is not None:
                ranges.append((start, last))
            start = code
        last = code
    ranges.append((start or 0, last))
    return re.compile("[^" + "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges) + "]")


def printable(text: str) -> str:
    """Replace what the fonts cannot show, control characters and direction overrides by their code point: ‹U+202E›.

    PDF/A forbids missing glyphs, and a reader must not take an empty box, or a turned-round word, for the data.
    """
    return _unprintable().sub(lambda found: f"‹U+{ord(found[0]):04X}›", text)


@functools.cache
def _style() -> bytes:
    return (HERE / "print.css").read_bytes()


def to_pdf(header: Mapping[str, Any], blobs: list[bytes]) -> bytes:
    """Typeset one document.

    `header`: `written_at` (ISO 8601, UTC), `logo` (whether the second blob is one), `attachments` (name, description,
    relationship, one for each of the remaining blobs). `blobs`: the HTML in UTF-8, then logo and attachments.
    The same input gives the same bytes: every date comes from `written_at`, the file identifier from the content.
    """
    logging.disable(logging.CRITICAL)  # WeasyPrint's warnings quote the document
    rest = iter(blobs)
    text = printable(next(rest).decode("utf-8"))
    assets = {STYLE_URL: (_style(), "text/css")}
    if header["logo"]:
        assets[LOGO_URL] = (next(rest), "image/png")
    fetcher, fonts = Assets(assets), FontConfiguration()
    page = HTML(string=text, base_url=BASE_URL, url_fetcher=fetcher)
    sheet = CSS(url=STYLE_URL, url_fetcher=fetcher, font_config=fonts)
    options = {"pdf_variant": "pdf/a-3a", "dpi": IMAGE_DPI, "jpeg_quality": JPEG_QUALITY, "stylesheets": [sheet]}
    document = page.render(font_config=fonts, **options)
    metadata = document.metadata
    if not metadata.lang:
        raise NotAccessibleError("language")
    if not metadata.title:
        raise NotAccessibleError("title")
    metadata.created = metadata.modified = header["written_at"]
    metadata.generator = "DSR Desk"
    options["attachments"] = _attachments(header, rest, fetcher)
    result: bytes = document.write_pdf(finisher=accessible, **options)
    return result


def _attachments(header: Mapping[str, Any], blobs: Any, fetcher: Assets) -> list[Any]:
    written_at = datetime.fromisoformat(header["written_at"])
    return [
        Attachment(
            string=blob,
            name=item["name"],
            description=item["description"],
            relationship=item["relationship"],
            created=written_at,
            modified=written_at,
            url_fetcher=fetcher,
        )
        for item, blob in zip(header["attachments"], blobs, strict=True)
    ]
