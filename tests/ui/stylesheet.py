"""Reads ui.css the way the tests need it: declarations with their layer, class names, tokens of each theme."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import tinycss2  # type: ignore[import-untyped]
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

CSS = settings.BASE_DIR / "dsr" / "static" / "ui" / "ui.css"
CLASS = re.compile(r"\.(-?[a-z_][a-z0-9_-]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Declaration:
    """One `name: value` with where it stands: layer, enclosing at-rules, selector."""

    layer: str
    conditions: tuple[str, ...]
    selector: str
    name: str
    value: str


def _walk(nodes: list[Any], layer: str, conditions: tuple[str, ...]) -> Iterator[Declaration]:
    for node in nodes:
        if node.type == "error":
            raise ValueError(f"line {node.source_line}: {node.message}")
        if node.type == "at-rule" and node.content is not None:
            prelude = tinycss2.serialize(node.prelude).strip()
            if node.lower_at_keyword in {"font-face", "page"}:
                yield from _declared(node, layer, (*conditions, f"@{node.lower_at_keyword}"), "")
                continue
            inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
            if node.lower_at_keyword == "layer":
                yield from _walk(inner, prelude, conditions)
            else:
                yield from _walk(inner, layer, (*conditions, f"@{node.lower_at_keyword} {prelude}"))
        elif node.type == "qualified-rule":
            yield from _declared(node, layer, conditions, tinycss2.serialize(node.prelude).strip())


def _declared(node: Any, layer: str, conditions: tuple[str, ...], selector: str) -> Iterator[Declaration]:
    for part in tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True):
        if part.type != "declaration":
            raise ValueError(f"{selector} line {part.source_line}: not a declaration")
        yield Declaration(
            layer,
            conditions,
            selector,
            part.lower_name if part.name[:2] != "--" else part.name,
            tinycss2.serialize(part.value).strip(),
        )


@cache
def declarations() -> tuple[Declaration, ...]:
    """Every declaration of the stylesheet in order."""
    rules = tinycss2.parse_stylesheet(CSS.read_text(encoding="utf-8"), skip_comments=True, skip_whitespace=True)
    return tuple(_walk(rules, "", ()))


@cache
def classes() -> frozenset[str]:
    """Every class a selector names."""
    return frozenset(name for each in declarations() for name in CLASS.findall(each.selector))


def tokens(selector: str, condition: str = "") -> dict[str, str]:
    """The custom properties that `selector` sets inside `condition` (a part of an at-rule's text)."""
    return {
        each.name: each.value
        for each in declarations()
        if each.layer == "tokens"
        and each.selector == selector
        and each.name.startswith("--")
        and (any(condition in one for one in each.conditions) if condition else not each.conditions)
    }
