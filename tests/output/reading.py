"""Reading PDFs back, for tests: the text as pdftotext sees it."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest


def text_of(pdf: bytes, *, layout: bool = False) -> str:
    """Return the text of a PDF, lines joined by blanks unless `layout`. Skips where poppler is missing, but not in CI."""
    tool = shutil.which("pdftotext")
    if tool is None:
        assert not os.environ.get("CI"), "pdftotext (poppler-utils) is missing"
        pytest.skip("pdftotext (poppler-utils) is missing")
    mode = ["-layout"] if layout else []
    done = subprocess.run([tool, *mode, "-", "-"], input=pdf, stdout=subprocess.PIPE, check=True)
    text = done.stdout.decode()
    return text if layout else " ".join(text.split())
