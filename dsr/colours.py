"""A brand's colour on our surfaces: measured contrast, the nearest colour that passes, and the tokens made of it (WCAG 1.4.3, 1.4.11)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT: Final = 4.5
MARK: Final = 3.0
HEX: Final = re.compile(r"#[0-9a-f]{6}")
_STEPS: Final = 100
_LINEAR: Final = 0.04045


@dataclass(frozen=True, slots=True)
class Theme:
    """What a brand's colour is seen on in one theme: the tokens of ui.css, which a test compares."""

    name: str
    grounds: Mapping[str, str]  # a link is read on each of them
    inks: Mapping[str, str]  # what is read on the soft shade of the brand
    meter: str
    toward: str  # where contrast grows
    soft: float  # share of the brand in its soft shade


LIGHT: Final = Theme(
    "light",
    {
        "--paper": "#f7f6f3", "--surface": "#ffffff", "--sunk": "#f0eeea", "--hover": "#f6f8f9", "--ok-soft": "#e2f1e7",
        "--warn-soft": "#fdf0d9", "--bad-soft": "#fbe5e2",
    },
    {"--ink": "#16202b", "--ink-2": "#46525f", "--bad": "#b3261e"},
    "#e6e7ea",
    "#000000",
    0.08,
)  # fmt: skip
DARK: Final = Theme(
    "dark",
    {
        "--paper": "#11161c", "--surface": "#1a212a", "--sunk": "#151b22", "--hover": "#212a35", "--ok-soft": "#16321f",
        "--warn-soft": "#3a2a10", "--bad-soft": "#451d1a",
    },
    {"--ink": "#eef2f6", "--ink-2": "#bcc7d2", "--bad": "#ff9d94"},
    "#35414d",
    "#ffffff",
    0.12,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A colour that cannot be read on `ground` (a token): what it measures, what it has to, and the nearest that does."""

    ground: str
    measured: float
    needed: float
    nearest: str


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2)."""
    linear = [
        part / 12.92 if part <= _LINEAR else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in _parts(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """`share` of the other colour in the one (0 to 1)."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def problem(colour: str, theme: Theme) -> Unreadable | None:
    """Why this colour cannot be a brand's in this theme, or None. ValueError when it is no `#rrggbb`."""
    if not HEX.fullmatch(colour):
        raise ValueError("a colour is written #rrggbb")
    worst = _worst(colour, theme)
    if worst[1] >= worst[2]:
        return None
    return Unreadable(*worst, readable(colour, theme))


def _worst(colour: str, theme: Theme) -> tuple[str, float, float]:
    """The ground on which the colour is furthest from what it has to be, what it measures there, and what it has to."""
    grounds = {**theme.grounds, "--brand-soft": mixed(theme.grounds["--surface"], colour, theme.soft)}
    seen = [(name, contrast(colour, ground), TEXT) for name, ground in grounds.items()]
    seen.append(("--meter", contrast(colour, theme.meter), MARK))
    return min(seen, key=lambda one: one[1] / one[2])


def readable(colour: str, theme: Theme) -> str:
    """The colour itself where it can be read, else the same hue moved towards black or white only as far as it has to."""
    for step in range(_STEPS + 1):
        moved = mixed(colour, theme.toward, step / _STEPS)
        _, measured, needed = _worst(moved, theme)
        if measured >= needed:
            return moved
    return theme.toward


def tokens(colour: str, theme: Theme) -> dict[str, str]:
    """The custom properties that a readable brand colour sets in a theme."""
    ink = max(("#ffffff", "#08131a"), key=lambda one: contrast(one, colour))
    strong = mixed(colour, "#000000" if ink == "#ffffff" else "#ffffff", 0.25)
    return {
        "--brand": colour,
        "--brand-ink": ink,
        "--brand-strong": strong,
        "--brand-soft": mixed(theme.grounds["--surface"], colour, theme.soft),
        "--link": colour,
        "--meter-fill": colour,
    }
