"""The systems one can connect, how well each is known, and what each wants to know.

Read from the folders under `exporters/systems` as they are: a map makes a system of a folder, a profile says that it is a
web interface and what it signs in with. `setup.yaml` beside them may say it better, or that it is not offered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from exporters.datamap.vocabulary import Evidence
from exporters.document import read_document
from exporters.http.profile import load_profile
from exporters.http.store import signs_in_with
from exporters.registry import SYSTEMS as CLASSES
from exporters.shipped import SYSTEMS as FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.document import Item

GENERIC: Final = Path(__file__).parent / "generic.yaml"
SETUP: Final = "setup.yaml"
_OPTION: Final = ("like", "kind", "optional", "is")


class Kind(StrEnum):
    """What an answer must look like."""

    TEXT = "text"
    URL = "url"
    """https, without a password inside."""
    DSN = "dsn"
    """A database; with a password inside only as a reference."""
    REFERENCE = "reference"
    """`env:NAME` or `file:PATH`."""
    NETWORKS = "networks"
    NAMES = "names"
    COLUMNS = "columns"
    FILE = "file"
    """A file beside the store file, or a path."""
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Question:
    """One option of a store: `ask` is the question and the comment beside the answer; `fixed` is not asked."""

    name: str
    ask: str = ""
    like: str = ""
    kind: Kind = Kind.TEXT
    optional: bool = False
    fixed: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A system: `name` is how one chooses it, `system` what the store file says; `evidence` None where your own map says it."""

    name: str
    title: str
    system: str
    questions: tuple[Question, ...]
    evidence: Evidence | None = None


@cache
def offers() -> Mapping[str, Offer]:
    """All of them, named systems first; read once a process. Raises ConfigError when a folder is wrong."""
    named = [found for folder in sorted(FOLDER.iterdir()) if (found := _shipped(folder)) is not None]
    return MappingProxyType({one.name: one for one in (*named, *_generic())})


def sign_in(profile: Path) -> tuple[Question, ...]:
    """What a profile signs in with, each as a reference. Raises ConfigError."""
    return tuple(
        Question(
            name,
            f"{name.replace('_', ' ').capitalize()} it signs in with, as env:NAME or file:PATH",
            "",
            Kind.REFERENCE,
        )
        for name in signs_in_with(load_profile(profile))
    )


def _generic() -> list[Offer]:
    found = []
    for name, item in read_document(GENERIC).entries().items():
        given = item.options(required=("title", "options"))
        found.append(Offer(name, given["title"].text(), name, _questions(given["options"])))
    return found


def _questions(item: Item) -> tuple[Question, ...]:
    found = []
    for name, one in item.entries().items():
        given = one.options("ask", *_OPTION)
        question = Question(name, given["ask"].text() if "ask" in given else "")
        if "is" in given:
            question = replace(question, fixed=given["is"].text())
        elif not question.ask:
            raise one.error("'ask' or 'is' is missing")
        found.append(
            replace(
                question,
                like=given["like"].text() if "like" in given else "",
                kind=given["kind"].choice(Kind) if "kind" in given else Kind.TEXT,
                optional="optional" in given and given["optional"].flag(),
            )
        )
    return tuple(found)


def _shipped(folder: Path) -> Offer | None:
    """The system of one folder; None where it has no map or is not offered."""
    if not (folder / "map.yaml").is_file():
        return None
    says: Mapping[str, Item] = {}
    if (folder / SETUP).is_file():
        says = read_document(folder / SETUP, name=f"{folder.name}/{SETUP}").options(
            "title", "system", "options", "offered"
        )
        if "offered" in says and not says["offered"].flag():
            return None
    own = read_document(folder / "map.yaml", name=f"{folder.name}/map.yaml").entries()
    profile = folder / "rest.yaml"
    usual = _names(folder) if "parameters" in own else ()
    kind = "rest" if profile.is_file() else "sql"
    system = folder.name if folder.name in CLASSES else kind
    return Offer(
        folder.name,
        says["title"].text() if "title" in says else own["title"].entries()["en"].text(),
        says["system"].text() if "system" in says else system,
        _questions(says["options"])
        if "options" in says
        else (*_usual(folder.name, profile if kind == "rest" else None), *usual),
        own["evidence_level"].choice(Evidence) if "evidence_level" in own else None,
    )


def _names(folder: Path) -> tuple[Question, ...]:
    """What a map that leaves names open wants to know (exporters/datamap/parameters.py)."""
    examples = ", ".join(f"exporters/systems/{folder.name}/{one.name}" for one in sorted(folder.glob("names_*.yaml")))
    ask = "A .yaml file beside the store file with what your installation calls its tables and columns"
    return (
        Question("names", f"{ask}; to copy: {examples}" if examples else ask, f"{folder.name}_names.yaml", Kind.FILE),
    )


def _usual(name: str, profile: Path | None) -> tuple[Question, ...]:
    """What a database or a web interface asks for when its folder does not say more."""
    generic = {
        one.name: one for offer in _generic() if offer.name == ("rest" if profile else "sql") for one in offer.questions
    }
    variable = f"env:{re.sub(r'[^A-Z0-9]', '_', name.upper())}"
    if profile is None:
        fixed = {"map": Question("map", fixed=name)}
        return tuple({**generic, **fixed, "url": replace(generic["url"], like=f"{variable}_URL"),
                      "write_url": replace(generic["write_url"], like=f"{variable}_WRITE_URL")}.values())  # fmt: skip
    keys = [replace(one, like=f"{variable}_{one.name.upper()}") for one in sign_in(profile)]
    fixed = {which: Question(which, fixed=name) for which in ("map", "profile")}
    return (generic["url"], *fixed.values(), *keys, generic["networks"])
