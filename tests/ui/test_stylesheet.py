"""ui.css keeps its own rules: colours in one layer, logical directions, two equal dark themes, readable pairs (ux.md 3.2, 6)."""

from __future__ import annotations

import gzip
import re
from itertools import pairwise

import pytest
from django.conf import settings

from tests.ui.stylesheet import CSS, classes, declarations, tokens

PHYSICAL = re.compile(
    r"(left|right|top|bottom|(min-|max-)?(width|height)|float|clear|"
    r"(margin|padding|border|inset|scroll-margin|scroll-padding)-(left|right|top|bottom)(-\w+)?|border-(top|bottom)-(left|right)-radius)"
)
COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(rgba?|hsla?|oklch|lab|lch|color)\(|\b(white|black|red|green|blue|gr[ae]y|orange)\b",
    re.IGNORECASE,
)
LAYERS = ("reset", "tokens", "base", "layout", "components", "utilities", "print")
LIGHT = tokens(":root")
DARK = {**LIGHT, **tokens(':root[data-theme="dark"]', "screen")}
# What is read on what: (ink, ground, ratio). 4.5 for text, 3 for lines of inputs, bars and marks (WCAG 1.4.3, 1.4.11).
TEXT = [
    (ink, ground, 4.5)
    for ink in ("--ink", "--ink-2", "--link", "--bad")
    for ground in ("--paper", "--surface", "--sunk", "--hover")
]
PAIRS = [
    *TEXT,
    *((f"--{kind}", f"--{kind}-soft", 4.5) for kind in ("ok", "warn", "bad", "info", "idle")),
    *((ink, f"--{kind}-soft", 4.5) for kind in ("ok", "warn", "bad", "idle", "brand") for ink in ("--ink", "--ink-2")),
    *(("--link", f"--{kind}-soft", 4.5) for kind in ("ok", "warn", "bad", "brand")),
    ("--warn", "--surface", 4.5),
    ("--warn", "--paper", 4.5),
    ("--bad", "--brand-soft", 4.5),
    ("--brand-ink", "--brand", 4.5),
    ("--brand-ink", "--brand-strong", 4.5),
    ("--side-ink", "--side", 4.5),
    ("--side-ink", "--side-2", 4.5),
    ("--side-ink-2", "--side", 4.5),
    ("--hidden-ink", "--hidden", 4.5),
    ("--focus", "--side", 3),
    ("--focus", "--focus-ring", 3),
    *(("--line-strong", ground, 3) for ground in ("--paper", "--surface", "--sunk")),
    *(
        (f"--{bar}", ground, 3)
        for bar in ("meter-fill", "meter-warn", "meter-bad", "chart-1", "chart-2")
        for ground in ("--surface", "--paper")
    ),
    ("--meter-fill", "--meter", 3),
    ("--meter-bad", "--meter", 3),
    ("--ok", "--surface", 3),
    ("--brand", "--paper", 3),
    ("--brand", "--surface", 3),
]


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("ink", "ground", "ratio"), PAIRS)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_pair_of_colours_is_readable(theme: dict[str, str], ink: str, ground: str, ratio: float) -> None:
    assert contrast(theme[ink], theme[ground]) >= ratio


def test_contrast_is_computed_as_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_both_dark_themes_are_the_same() -> None:
    assert tokens(':root:not([data-theme="light"])', "prefers-color-scheme: dark") == tokens(
        ':root[data-theme="dark"]', "screen"
    )


def test_dark_theme_has_a_value_for_every_colour() -> None:
    colours = {name for name, value in LIGHT.items() if COLOUR.search(value)}
    assert set(tokens(':root[data-theme="dark"]', "screen")) == colours


def test_colours_stand_in_the_token_layer_only() -> None:
    assert [each for each in declarations() if each.layer != "tokens" and COLOUR.search(each.value)] == []


def test_every_token_is_used_and_every_used_one_exists() -> None:
    used = {name for each in declarations() for name in re.findall(r"var\((--[\w-]+)", each.value)}
    assert used == set(LIGHT)


def test_directions_are_logical() -> None:
    assert [each for each in declarations() if PHYSICAL.fullmatch(each.name)] == []
    assert [each for each in declarations() if each.name == "text-align" and each.value in {"left", "right"}] == []


def test_no_shorthand_has_different_sides() -> None:
    """`margin: 1 2 3 4` means left and right; with two or three values both sides are equal."""
    four = [
        each
        for each in declarations()
        if each.name in {"margin", "padding", "inset", "border-radius"} and len(each.value.split()) == 4
    ]
    assert four == []


def test_every_rule_is_in_a_layer_and_layers_stand_in_order() -> None:
    assert {each.layer for each in declarations() if not each.layer and each.conditions != ("@font-face",)} == set()
    seen = [each.layer for each in declarations() if each.layer]
    order = [LAYERS.index(layer) for layer in dict.fromkeys(seen)]
    assert all(one < other for one, other in pairwise(order))
    assert seen == sorted(seen, key=LAYERS.index)


def test_no_file_is_fetched_from_elsewhere_and_no_data_address() -> None:
    text = CSS.read_text(encoding="utf-8")
    files = re.findall(r"url\(\"([^\"]+)\"\)", text)
    assert len(files) == text.count("url(") == 4
    assert all((CSS.parent / name).is_file() for name in files)


def test_important_is_never_needed() -> None:
    assert "!important" not in CSS.read_text(encoding="utf-8")


def test_first_view_of_the_portal_stays_small() -> None:
    """ux.md 4.4: 70 kB and six requests; what every page loads must leave room for its words."""
    static = settings.BASE_DIR / "dsr" / "static"
    packed = sum(
        len(gzip.compress((static / "ui" / name).read_bytes())) for name in ("ui.css", "portal.js", "favicon.svg")
    )
    assert packed + (static / "vendor" / "fonts" / "latin.woff2").stat().st_size < 45_000


@pytest.mark.parametrize(("name", "limit"), [("portal.js", 3_000), ("desk.js", 6_200)])
def test_script_is_small_and_needs_no_eval(name: str, limit: int) -> None:
    text = (CSS.parent / name).read_text(encoding="utf-8")
    assert len(text.encode()) < limit
    assert not re.search(
        r"\beval\b|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|setAttribute\(\"style", text
    )


def test_class_names_are_spelled_one_way() -> None:
    assert [name for name in classes() if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name)] == []
