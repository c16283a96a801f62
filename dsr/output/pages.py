"""Fills the templates of letters, reports and packages. Strict: a document never leaves with a hole in it.

They have an engine of their own: no request, no context processor, and a variable that does not exist is an error
instead of an empty place in a letter.
"""

from __future__ import annotations

import functools
import secrets
from pathlib import Path
from typing import Any

from django.template import Context, Engine

from dsr.output.inputs import OutputError

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
# Unguessable, so that no subscriber's text can look like a hole.
_HOLE = f"[hole {secrets.token_hex(16)} "


@functools.cache
def _engine() -> Engine:
    return Engine(
        dirs=[str(TEMPLATES)],
        libraries={"i18n": "django.templatetags.i18n", "l10n": "django.templatetags.l10n"},
        builtins=[
            "django.templatetags.i18n",
            "django.templatetags.l10n",
            "dsr.output.filters",
            "dsr.output.letter_tags",
        ],
        string_if_invalid=f"{_HOLE}%s]",
    )


def fill(name: str, values: dict[str, Any]) -> str:
    """Render `templates/<name>` in the active language, everything escaped. OutputError names a missing variable."""
    text = _engine().get_template(name).render(Context(values))
    if _HOLE in text:
        variable = text.partition(_HOLE)[2].partition("]")[0]
        raise OutputError("hole", f"{name}: {variable}")
    return text
