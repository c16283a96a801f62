"""File names inside a package: lower-case ASCII, no path but ours, the same for the same datasets."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_NAME = 60


def safe(name: str) -> str:
    """Turn any name into letters, digits, `-` and `_`; `data` when nothing is left. Dots go, and with them `..`."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "-", ascii_name).strip("-_")[:MAX_NAME] or "data"


def csv_paths(datasets: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The CSV path of every (store, dataset); names that become equal get a number, in sorted order."""
    paths: dict[tuple[str, str], str] = {}
    taken: set[str] = {"csv/fields.csv", "csv/notes.csv"}
    for store, dataset in sorted(datasets):
        stem, number = f"csv/{safe(store)}-{safe(dataset)}", 1
        path = f"{stem}.csv"
        while path in taken:
            number += 1
            path = f"{stem}-{number}.csv"
        taken.add(path)
        paths[store, dataset] = path
    return paths
