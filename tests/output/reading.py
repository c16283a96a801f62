"""Reading PDFs back, for tests: the text as pdftotext sees it, and where it stands on the page."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

MILLIMETRES_PER_POINT = 25.4 / 72


def text_of(pdf: bytes, *, layout: bool = False) -> str:
    """Return the text of a PDF, lines joined by blanks unless `layout`. Skips where poppler is missing, but not in CI."""
    text = _pdftotext(pdf, *(["-layout"] if layout else []))
    return text if layout else " ".join(text.split())


def boxes_of(pdf: bytes) -> list[tuple[str, float, float, float, float]]:
    """The words of the first page with their left, top, right and bottom edge in millimetres from the top left corner."""
    found = re.findall(
        r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)<', _pdftotext(pdf, "-bbox", "-l", "1")
    )
    return [
        (word, *(float(edge) * MILLIMETRES_PER_POINT for edge in (left, top, right, bottom)))
        for left, top, right, bottom, word in found
    ]


def _pdftotext(pdf: bytes, *options: str) -> str:
    tool = shutil.which("pdftotext")
    if tool is None:
        assert not os.environ.get("CI"), "pdftotext (poppler-utils) is missing"
        pytest.skip("pdftotext (poppler-utils) is missing")
    done = subprocess.run([tool, *options, "-", "-"], input=pdf, stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()
