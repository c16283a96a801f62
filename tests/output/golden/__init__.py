"""Golden texts: what every letter says, word for word, in each language.

`python -m tests.output.golden` writes them anew; a test compares. Look at the difference before you commit it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from dsr.output.letters import letter_text
from tests.output import sample_letters

FOLDER: Final = Path(__file__).parent
LANGUAGES: Final = ("en", "de", "fr", "es", "it", "nl", "pl", "pt")
"""The languages whose golden texts must exist: all of the catalogues."""


def texts(language: str) -> dict[str, str]:
    """What the sample letters say now, by name."""
    return {name: letter_text(letter) for name, letter in sample_letters.letters(language).items()}


def path(name: str, language: str) -> Path:
    """Where the golden text of a letter lies: `L-10-refused.en.txt`."""
    return FOLDER / f"{name}.{language}.txt"


def write() -> None:
    """Write all golden texts anew and remove those of letters that are no more."""
    wanted = {path(name, language): text for language in LANGUAGES for name, text in texts(language).items()}
    for old in set(FOLDER.glob("*.txt")) - set(wanted):
        old.unlink()
    for file, text in wanted.items():
        file.write_text(text, encoding="utf-8")
