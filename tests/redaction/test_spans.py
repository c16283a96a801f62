"""Spans: what they cover is gone whole, what they do not cover stays as it was, whatever script it is in (X-02, X-07)."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from dsr.law.redaction import SPOKEN_OF, Reason
from dsr.redaction.spans import Span, merged, pieces, redacted, taken_out, whole_characters

ALPHABET = st.one_of(
    st.characters(exclude_categories=["Cs"]),
    st.sampled_from("abc éöא\u0301\u0308\u200d\ufe0f\u202b\u202c\u2067\u2069🇩🇪🇬🇧👩👧🏽 שלוםمرحبا\n"),
)
TEXTS = st.text(ALPHABET, max_size=60)
SPANS = st.lists(
    st.tuples(st.integers(0, 70), st.integers(0, 70), st.sampled_from(Reason)).map(
        lambda t: Span(min(t[:2]), max(t[:2]), t[2])
    ),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(TEXTS, SPANS)
def test_X_07_pieces_are_the_text_and_cover_every_span(text: str, spans: list[Span]) -> None:
    found = pieces(text, spans)
    assert "".join(piece.text for piece in found) == text
    covered = set()
    at = 0
    for piece in found:
        assert piece.text
        if piece.reason is not None:
            covered |= set(range(at, at + len(piece.text)))
        at += len(piece.text)
    assert {n for s in spans for n in range(s.start, min(s.end, len(text)))} <= covered
    joined = merged(text, spans)
    assert all(
        one.end < two.start or (one.end == two.start and one.reason != two.reason) for one, two in pairwise(joined)
    )
    assert merged(text, joined) == joined


@settings(max_examples=150, deadline=None)
@given(TEXTS, SPANS)
def test_X_02_what_no_span_covers_stays_in_order(text: str, spans: list[Span]) -> None:
    label = "\ue000"
    kept = [piece.text for piece in pieces(text, spans) if piece.reason is None]
    shown = redacted(text, spans, lambda _reason: label)
    assert shown.replace(label, "") == "".join(kept).replace(label, "")
    at = 0
    for piece in pieces(text, spans):
        # No accent of a character that went is left at the front of what stays.
        if piece.reason is None and at:
            assert not unicodedata.combining(piece.text[0])
        at += len(piece.text)
    again = redacted(text, spans, lambda reason: reason.value)
    assert again == redacted(text, list(reversed(spans)), lambda reason: reason.value)


def test_a_character_goes_with_its_accents_and_an_emoji_with_its_family() -> None:
    assert whole_characters("Zoe\u0308 B", 0, 3) == (0, 4)
    family = "👩\u200d👩\u200d👧 call"
    assert redacted(family, [Span(2, 3, Reason.OTHER_PERSON)], lambda _: "#") == "# call"
    assert redacted("a🇩🇪🇬🇧b", [Span(2, 3, Reason.OTHER_PERSON)], lambda _: "#") == "a#🇬🇧b"
    assert redacted("👧🏽x", [Span(1, 2, Reason.OTHER_PERSON)], lambda _: "#") == "#x"


def test_X_06_what_must_not_be_spoken_of_leaves_no_trace_and_swallows_what_overlaps() -> None:
    text = "Paid. File 7 of the police. Thanks."
    hidden = Span(6, 27, Reason.UNDISCLOSABLE)
    assert (
        redacted(text, [hidden, Span(11, 12, Reason.OTHER_PERSON)], lambda r: "" if r not in SPOKEN_OF else "#")
        == "Paid. Thanks."
    )
    assert taken_out(text, [hidden]) == ["File 7 of the police."]
    assert merged(text, [hidden, Span(20, 30, Reason.SECURITY)])[0].reason is Reason.UNDISCLOSABLE


def test_neighbours_of_one_reason_are_one_place_and_of_two_are_two() -> None:
    one, two = Span(0, 2, Reason.OTHER_PERSON), Span(2, 4, Reason.OTHER_PERSON)
    assert merged("abcdef", [two, one]) == [Span(0, 4, Reason.OTHER_PERSON)]
    assert len(merged("abcdef", [one, Span(2, 4, Reason.SECURITY)])) == 2
