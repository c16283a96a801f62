"""The text of a mail from its template: plain text, so nothing is escaped as if it were HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.template import Context
from django.template.loader import get_template
from django.utils import translation
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping


def subject_and_body(name: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """Render templates/mail/`name`.txt in the active language: the first line is the subject, the rest the text."""
    template = cast("Any", get_template(f"mail/{name}.txt")).template
    subject, _, body = template.render(Context(dict(context), autoescape=False)).strip().partition("\n")
    return subject.strip(), body.strip() + "\n"


def nameless(body: str, language: str) -> str:
    """The same text with a greeting that names nobody; the greeting is the first line and the only place of a name (A-16)."""
    greeting, line, rest = body.partition("\n")
    with translation.override(language):
        return f"{_('Hello,')}{line}{rest}" if greeting.endswith(",") else body
