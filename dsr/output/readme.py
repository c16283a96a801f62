"""read-me-first.html: the page a person opens first. One file, no script, no request to anywhere, readable on a phone."""

from __future__ import annotations

import base64
import functools
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from dsr.output.attached import SHOWN_IN_READ_ME, groups, is_attached
from dsr.output.information import information
from dsr.output.pages import fill

if TYPE_CHECKING:
    from dsr.output.attached import Attached
    from dsr.output.inputs import CaseHead, Inquiry, Sender
    from dsr.output.manifest import FileFact
    from dsr.output.survey import Survey

# What the page tells to read first stands first.
_FIRST = ("letter.pdf", "report.pdf")
_SHEET = Path(__file__).parent / "readme.css"


@functools.cache
def sheet() -> tuple[SafeString, str]:
    """The style element and its hash for the page's own content security policy, which allows this and nothing else."""
    css = _SHEET.read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    # Our own file, not input; escaping would break its selectors.
    return format_html("<{0}>{1}</{0}>", "style", mark_safe(css)), f"sha256-{digest}"  # noqa: S308


def read_me_html(
    sender: Sender,
    head: CaseHead,
    inquiry: Inquiry,
    surveys: tuple[Survey, ...],
    facts: tuple[FileFact, ...],
    *,
    keys_url: str = "",
    attachments: tuple[Attached, ...] = (),
) -> str:
    """The page in the active language: what is in the package, how to open it, and all information of Art. 15(1).

    `keys_url`: where the controller publishes its keys; without it the page only says that the package is signed.
    """
    style, digest = sheet()
    values = {
        "sheet": style,
        "policy": f"default-src 'none'; style-src '{digest}'; base-uri 'none'; form-action 'none'",
        "sender": sender,
        "head": head,
        "keys_url": keys_url,
        "files": sorted(
            (fact for fact in facts if not is_attached(fact.path)),
            key=lambda fact: (fact.path not in _FIRST, fact.path.startswith("csv/"), fact.path),
        ),
        "attachments": groups(attachments, head.language, most=SHOWN_IN_READ_ME),
        **information(inquiry, surveys, head.language),
    }
    return fill("package/read_me.html", values)
