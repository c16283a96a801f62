"""Where no transfer to a third country happens: the EEA for its members, else the country itself (Art. 44)."""

from __future__ import annotations

EEA = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()  # noqa: SIM905
)
"""The 27 member states and Iceland, Liechtenstein, Norway."""


def home_of(country: str) -> frozenset[str]:
    """The countries that are no third countries for a controller in `country` (two letters)."""
    return EEA if country in EEA else frozenset({country})
