"""Every way a folded piece can stand in raw bytes is listed: nothing that folds to it is missed (rules 6.5.1)."""

from __future__ import annotations

import itertools
import random
import unicodedata

import pytest

from exporters.needle_forms import best_forms, fold, forms

_ALIKE = {
    "ss": ("ss", "\u00df", "\u1e9e", "\u017fs", "SS"),
    "k": ("k", "K", "\u212a"),
    "ffi": ("ffi", "\ufb03", "\ufb00i", "f\ufb01", "FFI"),
    "\u00e9": ("\u00e9", "\u00c9", "e\u0301", "E\u0301"),
    "\u1ec7": ("\u1ec7", "e\u0323\u0302", "\u00ea\u0323", "\u1eb9\u0302", "\u1ec6"),
    "\u03c3": ("\u03c3", "\u03c2", "\u03a3"),
    "\ud55c": ("\ud55c", unicodedata.normalize("NFD", "\ud55c")),
    "a": ("a", "A"),
}


@pytest.mark.parametrize("pieces", [*itertools.permutations(_ALIKE, 2)], ids="-".join)
def test_every_spelling_that_folds_to_a_piece_is_listed(pieces: tuple[str, ...]) -> None:
    piece = fold("".join(pieces))
    listed = forms(piece, most=1_000_000)
    assert listed is not None

    for chosen in itertools.product(*(_ALIKE[one] for one in pieces)):
        raw = "".join(chosen)
        assert fold(raw) == piece
        assert any(form in raw.encode().lower() for form in listed), ascii(raw)


@pytest.mark.parametrize("whole", ["stra\u00dfe", "\ufb03x", "\u0149a", "\u1e96b", "a\u1fb3"])
def test_a_character_that_folds_to_several_may_reach_over_the_edge_of_a_piece(whole: str) -> None:
    folded = fold(whole)
    for start, end in itertools.combinations(range(len(folded) + 1), 2):
        listed = forms(folded[start:end], most=1_000_000)
        assert listed is not None
        assert any(form in whole.encode().lower() for form in listed), ascii(folded[start:end])


@pytest.mark.parametrize("seed", range(2))
def test_no_name_is_without_a_form(seed: int) -> None:
    chance = random.Random(seed)
    letters = [chr(code) for code in range(0x21, 0x3000) if chr(code).isalpha()]

    for _ in range(25):
        name = fold("".join(chance.choices(letters, k=chance.randint(3, 9))))
        raw = unicodedata.normalize("NFD", name)
        if fold(raw) == name:
            assert any(form in raw.encode().lower() for form in best_forms(name)), ascii(name)
