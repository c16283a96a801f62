"""File names inside a package: lower-case ASCII, no path but ours, the same for the same datasets."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_NAME = 60
# What Windows takes for a device, with any ending and in any folder: a file of that name cannot be unpacked there.
_DEVICE = re.compile(r"con|prn|aux|nul|(?:com|lpt)[0-9]")


def safe(name: str) -> str:
    """Turn any name into letters, digits, `-` and `_`; `data` when nothing is left. Dots go, and with them `..`."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9_]+", "-", ascii_name).strip("-_")[:MAX_NAME] or "data"
    return f"{plain}-data" if _DEVICE.fullmatch(plain) else plain


def csv_paths(datasets: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The CSV path of every (store, dataset); names that become equal get a number, in sorted order."""
    return _unique(datasets, "csv/{}-{}{}.csv", taken={"csv/fields.csv", "csv/notes.csv"})


def line_paths(datasets: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The JSON Lines path of every (store, dataset) of a large package: data/<store>/<dataset>.jsonl."""
    return _unique(datasets, "data/{}/{}{}.jsonl", taken=set())


def schema_path(lines: str) -> str:
    """Where the schema of a JSON Lines file lies: schema/<store>/<dataset>.schema.json."""
    return f"schema/{lines.removeprefix('data/').removesuffix('.jsonl')}.schema.json"


def _unique(datasets: Iterable[tuple[str, str]], form: str, *, taken: set[str]) -> dict[tuple[str, str], str]:
    paths: dict[tuple[str, str], str] = {}
    for store, dataset in sorted(datasets):
        number, path = 1, form.format(safe(store), safe(dataset), "")
        while path in taken:
            number += 1
            path = form.format(safe(store), safe(dataset), f"-{number}")
        taken.add(path)
        paths[store, dataset] = path
    return paths
