"""The reference of the data map names every key there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from exporters.datamap import schema
from exporters.datamap.model import Coarse, Encoding, Erase, LinkType
from exporters.record.model import Role

DOCS = (Path(__file__).parents[2] / "docs" / "exporters" / "datamap.md").read_text(encoding="utf-8")


def _section(title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}.*?\n(.*?)(?=^## |\Z)", DOCS, re.DOTALL | re.MULTILINE)
    assert found, title
    return found.group(1)


def _first_cells(text: str) -> set[str]:
    """The names in the first column of a section's tables."""
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("|")]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


@pytest.mark.parametrize(
    ("title", "keys"),
    [
        ("Top level", set(schema.TOP)),
        ("A dataset", set(schema.DATASET)),
        ("A field", set(schema.FIELD)),
        ("What erasure does", {one.value for one in Erase}),
        ("The record of processing", set(schema.RECORD)),
    ],
)
def test_every_key_is_explained_and_no_other(title: str, keys: set[str]) -> None:
    assert _first_cells(_section(title)) == keys


def test_every_kind_of_link_and_its_options_are_explained() -> None:
    named = set(re.findall(r"\w+", _section("Links")))

    assert {one.value for one in LinkType} <= named
    assert set(schema.LINK) <= named


@pytest.mark.parametrize(
    ("title", "kind"), [("A field", Encoding), ("What erasure does", Coarse), ("The record", Role)]
)
def test_every_word_of_a_vocabulary_is_explained(title: str, kind: type[Coarse | Encoding | Role]) -> None:
    named = set(re.findall(r"\w+", _section(title)))

    assert {one.value for one in kind} <= named
