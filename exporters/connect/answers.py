"""Whether an answer can stand in a store file; what is wrong is said without repeating the answer, which may be a secret."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import yaml

from exporters.connect.offers import Kind
from exporters.registry import in_clear

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exporters.connect.offers import Question

NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
ADDRESS: Final = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
_REFERENCE: Final = re.compile(r"(env:[A-Za-z_][A-Za-z0-9_]*|file:\S.*)")
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST: Final = 500


def wrong(question: Question, text: str) -> str:
    """What is wrong with an answer, in words; empty when nothing is."""
    if not text:
        return "" if question.optional else "an answer is needed"
    if len(text) > _LONGEST or not text.isprintable():
        return f"one line of up to {_LONGEST} signs is expected"
    if question.kind is Kind.REFERENCE:
        return (
            "" if _REFERENCE.fullmatch(text) else "a secret never stands in the store file: write env:NAME or file:PATH"
        )
    if in_clear(question.name, text):
        return "a password would stand in the store file: write env:NAME or file:PATH"
    return _wrong_form(question.kind, text)


def _wrong_form(kind: Kind, text: str) -> str:
    fits, says = _FORMS.get(kind, (bool, ""))
    return "" if fits(text) else says


def _address(text: str) -> bool:
    try:
        host = urlsplit(text).hostname
    except ValueError:
        return False
    local = host in {"127.0.0.1", "::1", "localhost"} and text.startswith("http://")
    return bool(_REFERENCE.fullmatch(text)) or local or (text.startswith("https://") and bool(host))


def _database(text: str) -> bool:
    return bool(_REFERENCE.fullmatch(text)) or "://" in text


def _networks(text: str) -> bool:
    return all(map(_network, text.split(",")))


def _names(text: str) -> bool:
    return all(_WORD.fullmatch(one.strip()) for one in text.split(","))


def _network(text: str) -> bool:
    try:
        ipaddress.ip_network(text.strip())
    except ValueError:
        return False
    return True


def _columns(text: str) -> bool:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        return False
    return isinstance(found, dict) and all(
        isinstance(name, str) and isinstance(columns, list) and columns and all(isinstance(one, str) for one in columns)
        for name, columns in found.items()
    )


_FORMS: Final[Mapping[Kind, tuple[Callable[[str], bool], str]]] = {
    Kind.URL: (_address, "an https:// address is expected: personal data do not travel in the clear"),
    Kind.DSN: (_database, "an address like sqlite:///file, mariadb://…, postgresql://…, or env:NAME is expected"),
    Kind.NETWORKS: (_networks, "networks are written like 10.20.0.0/16"),
    Kind.NAMES: (_names, "names with commas between them are expected"),
    Kind.COLUMNS: (_columns, "lists of columns by dataset are expected, like {members: [id, email]}"),
    Kind.YES_NO: (lambda text: text in {"true", "false"}, "true or false is expected"),
}
