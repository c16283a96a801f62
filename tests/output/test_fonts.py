"""The vendored fonts are the ones we looked at, and they cover the alphabets we promise."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

import dsr.output

FONTS = Path(dsr.output.__file__).parent / "fonts"


def test_files_are_those_of_the_list() -> None:
    lines = (line.split("  ") for line in (FONTS / "SHA256SUMS").read_text().splitlines())
    listed = {name: digest for digest, name in lines}

    present = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (*FONTS.glob("*.ttf"), FONTS / "OFL.md")
    }
    assert listed == present


@pytest.mark.parametrize("path", sorted(FONTS.glob("*.ttf")), ids=lambda path: path.stem)
@pytest.mark.parametrize(
    "alphabet",
    [
        "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ",
        "äöüßÄÖÜẞ",
        "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊΐΆΈ",
        "абвгдежзийклмнопрстуфхцчшщъьюяіїєґ",
        "ăâîșțőűčďěňřšťůžāēģīķļņūçğıİşøåæœðþ",
        "‹›–—…€§„“”",
    ],
    ids=["polish", "german", "greek", "cyrillic", "europe", "signs"],
)
def test_every_weight_covers_the_alphabet(path: Path, alphabet: str) -> None:
    with TTFont(path, lazy=True) as font:
        assert {char for char in alphabet if ord(char) not in font.getBestCmap()} == set()
