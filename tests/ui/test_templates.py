"""No web template breaks the strict policy or uses a class that does not exist (ux.md 0.5, 3.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.template import engines

from dsr.management.commands.vendor import ICONS
from dsr.templatetags import ui
from tests.ui.stylesheet import classes

if TYPE_CHECKING:
    from pathlib import Path

ROOT = settings.BASE_DIR / "templates"
# Letters and packages leave the house with a stylesheet of their own; mail is plain text.
ELSEWHERE = {"letters", "package", "mail"}
WEB = sorted(path for path in ROOT.rglob("*.html") if path.relative_to(ROOT).parts[0] not in ELSEWHERE)
TAG = re.compile(r"\{[%#].*?[%#]\}", re.DOTALL)
VALUE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
ATTRIBUTE = re.compile(r"""\sclass=(?:"([^"]*)"|'([^']*)')""")


def source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def faults(text: str) -> list[str]:
    """What the policy would block, or what hides behaviour in markup."""
    rules = {
        "style attribute": r"<[^>]*\sstyle\s*=",
        "style element": r"<style\b",
        "handler attribute": r"<[^>]*\son[a-z]+\s*=",
        "inline script": r"<script\b(?![^>]*\ssrc=)",
        "address with code": r"(?:javascript|data):[^\s\"']*[\"']",
        "htmx that needs eval": r"\bhx-on|hx-vals=[\"']js:|hx-trigger=[\"'][^\"']*\[",
        "file from elsewhere": r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=[\"'](?:https?:)?//",
    }
    plain = TAG.sub(" ", text)
    return [name for name, pattern in rules.items() if re.search(pattern, plain, re.IGNORECASE)]


def used(text: str) -> set[str]:
    """The classes a template names; `x-*` stands for a name that is completed by a value."""
    found: set[str] = set()
    for double, single in ATTRIBUTE.findall(VALUE.sub("*", TAG.sub(" ", text))):
        found |= set((double or single).split())
    return found - {"*"}


def known(name: str) -> bool:
    """There is such a class, or one that begins so when a value completes the name."""
    if "*" in name:
        pattern = re.compile(re.escape(name).replace(r"\*", r"[a-z0-9-]+"))
        return any(pattern.fullmatch(each) for each in classes())
    return name in classes()


@pytest.mark.parametrize("path", WEB, ids=lambda path: str(path.relative_to(ROOT)))
def test_template_lives_under_the_strict_policy(path: Path) -> None:
    assert faults(source(path)) == []


@pytest.mark.parametrize("path", WEB, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_class_exists(path: Path) -> None:
    assert sorted(name for name in used(source(path)) if not known(name)) == []


@pytest.mark.parametrize("path", WEB, ids=lambda path: str(path.relative_to(ROOT)))
def test_template_compiles_and_its_icons_exist(path: Path) -> None:
    engines["django"].get_template(str(path.relative_to(ROOT)))
    for name in re.findall(r"\{% icon \"([^\"]+)\"", source(path)):
        assert name in ICONS


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('<p style="color: red">', "style attribute"),
        ("<svg><style>a{}</style></svg>", "style element"),
        ('<a href="/" onclick="x()">', "handler attribute"),
        ("<script>x()</script>", "inline script"),
        ('<a href="javascript:x()">', "address with code"),
        ('<img src="data:image/png;base64,xx">', "address with code"),
        ('<div hx-trigger="every 2s [x]">', "htmx that needs eval"),
        ('<script src="//example.com/x.js"></script>', "file from elsewhere"),
    ],
)
def test_fault_is_seen(text: str, fault: str) -> None:
    assert faults(text) == [fault]


def test_unknown_class_is_seen() -> None:
    assert used('<p class="card{% if x %} nonsense{% endif %} tag-{{ kind }}">') == {"card", "nonsense", "tag-*"}
    assert known("tag-*")
    assert not known("nonsense")
    assert not known("nonsense-*")


def test_every_vendored_icon_is_drawn() -> None:
    for name in ICONS:
        assert 'aria-hidden="true"' in ui.icon(name)
