"""The message catalogues: what subscribers read, in every language of theirs, found in the sources and compared with the files.

One catalogue a language (dsr/locale), for the portal, mails, letters, reports and packages alike. What only staff read is
not in them. Whoever adds a sentence runs `manage.py catalogue update`, and a test fails until every language has it.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polib
from babel.messages.extract import extract
from django.conf import settings
from django.utils.translation.template import templatize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT: Final = Path(__file__).resolve().parents[1]
SOURCES: Final = ("dsr", "portal", "templates")
# Read by staff, operators or developers only. A line is a folder or a file, or the beginning of its name.
FOR_STAFF: Final = (
    "dsr/demo/",
    "dsr/desk/",
    "dsr/management/",
    "dsr/styleguide.py",
    "dsr/wording/alarms.py",
    "dsr/wording/filed.py",
    "dsr/wording/setup.py",
    "templates/desk/",
    "templates/styleguide/",
    "templates/ui/keys.html",
)
_ONE: Final = ("_", "gettext", "gettext_lazy", "gettext_noop")
KEYWORDS: Final[dict[str, Any]] = {
    **dict.fromkeys(_ONE),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
# The rules of Django's own catalogues, so that `ngettext` chooses alike in both.
PLURALS: Final = {
    "de": (2, "(n != 1)"),
    "es": (3, "n == 1 ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2"),
    "fr": (2, "(n > 1)"),
    "it": (2, "(n != 1)"),
    "nl": (2, "(n != 1)"),
    "pl": (
        4,
        (
            "(n==1 ? 0 : (n%10>=2 && n%10<=4) && (n%100<12 || n%100>14) ? 1 : "
            "n!=1 && (n%10>=0 && n%10<=1) || (n%10>=5 && n%10<=9) || (n%100>=12 && n%100<=14) ? 2 : 3)"
        ),
    ),
    "pt": (2, "(n != 1)"),
}
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
_TAG = re.compile(r"</?\w+[^>]*>")


@dataclass(frozen=True, slots=True, order=True)
class Sentence:
    """A message of the sources: its context and plural are empty where it has none."""

    text: str
    plural: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a catalogue: a code (missing, fuzzy, gone, placeholders, tags, not_compiled) and the message."""

    language: str
    code: str
    text: str = field(default="")


def languages() -> tuple[str, ...]:
    """The languages that have a catalogue: all of the settings but the one the sources are written in."""
    return tuple(code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE)


def path(language: str) -> Path:
    """Where the catalogue of a language lies."""
    return ROOT / "dsr" / "locale" / language / "LC_MESSAGES" / "django.po"


def sentences() -> dict[Sentence, tuple[str, ...]]:
    """Everything subscribers may read, with the files it stands in, in the order of the files."""
    found: dict[Sentence, list[str]] = {}
    for folder in SOURCES:
        for file in sorted((ROOT / folder).rglob("*")):
            name = file.relative_to(ROOT).as_posix()
            if file.suffix in {".py", ".html", ".txt"} and not name.startswith(FOR_STAFF):
                for sentence in _said_in(file):
                    found.setdefault(sentence, []).append(name)
    return {sentence: tuple(dict.fromkeys(names)) for sentence, names in found.items()}


def _said_in(file: Path) -> Iterator[Sentence]:
    text = file.read_text(encoding="utf-8")
    if file.suffix != ".py":
        # What Django makes of a template are calls between filling letters; indented they would be no Python.
        text = "\n".join(line.strip() for line in templatize(text, origin=str(file)).splitlines())
    for _line, message, _comments, context in extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS):
        one, many = (message, "") if isinstance(message, str) else (message[0], message[1])
        yield Sentence(one, many, context or "")


def faults(language: str, wanted: Iterable[Sentence]) -> Iterator[Fault]:
    """Compare a catalogue with the sources and with its compiled form; nothing comes when it is complete."""
    book = polib.pofile(str(path(language)))
    entries = {_sentence(entry): entry for entry in book}
    wanted = set(wanted)
    for sentence in sorted(wanted - entries.keys()):
        yield Fault(language, "missing", sentence.text)
    for sentence in sorted(entries.keys() - wanted):
        yield Fault(language, "gone", sentence.text)
    for sentence, entry in entries.items():
        if entry.fuzzy:
            yield Fault(language, "fuzzy", sentence.text)
        elif not entry.translated():
            yield Fault(language, "missing", sentence.text)
        else:
            yield from (Fault(language, code, sentence.text) for code in _differences(entry))
    compiled = path(language).with_suffix(".mo")
    if not compiled.exists() or _pairs(polib.mofile(str(compiled))) != _pairs(book.translated_entries()):
        yield Fault(language, "not_compiled")


def _sentence(entry: polib.POEntry) -> Sentence:
    return Sentence(entry.msgid, entry.msgid_plural or "", entry.msgctxt or "")


def _pairs(entries: Iterable[polib.POEntry]) -> dict[Sentence, tuple[str, dict[int, str]]]:
    return {_sentence(entry): (entry.msgstr, dict(entry.msgstr_plural)) for entry in entries}


def _differences(entry: polib.POEntry) -> Iterator[str]:
    """Placeholders and tags must be those of the source; a form for one may leave the number out ("one day")."""
    source = entry.msgid_plural or entry.msgid
    for code, pattern in (("placeholders", _PLACEHOLDER), ("tags", _TAG)):
        wanted = sorted(pattern.findall(source))
        for at, text in entry.msgstr_plural.items() or [(-1, entry.msgstr)]:
            found = sorted(pattern.findall(text))
            if found != wanted and not (at == 0 and set(found) <= set(wanted)):
                yield code


def update(language: str, found: Mapping[Sentence, tuple[str, ...]]) -> polib.POFile:
    """Bring a catalogue to what the sources say: new sentences are empty, gone ones leave, translations stay. Saves it."""
    old = {}
    if path(language).exists():
        old = {_sentence(entry): entry for entry in polib.pofile(str(path(language)))}
    book = polib.POFile(wrapwidth=100)
    count, rule = PLURALS[language]
    book.metadata = {
        "Project-Id-Version": "dsr-desk",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": f"nplurals={count}; plural={rule};",
    }
    for sentence, names in found.items():
        book.append(_entry(sentence, names, old.get(sentence), count))
    save(language, book)
    return book


def _entry(sentence: Sentence, names: tuple[str, ...], old: polib.POEntry | None, count: int) -> polib.POEntry:
    entry = polib.POEntry(msgid=sentence.text, occurrences=[(name, "") for name in names])
    entry.msgctxt = sentence.context or None
    if "%(" in sentence.text + sentence.plural:
        entry.flags.append("python-format")
    if sentence.plural:
        entry.msgid_plural = sentence.plural
        entry.msgstr_plural = {at: (old.msgstr_plural.get(at, "") if old else "") for at in range(count)}
    elif old:
        entry.msgstr = old.msgstr
    return entry


def fill(language: str, given: Mapping[Sentence, str | list[str]]) -> int:
    """Enter translations (one text, or one for each plural form); returns how many were new. KeyError for an unknown sentence."""
    book = polib.pofile(str(path(language)), wrapwidth=100)
    entries = {_sentence(entry): entry for entry in book}
    changed = 0
    for sentence, text in given.items():
        entry = entries[sentence]
        if isinstance(text, str):
            changed += entry.msgstr != text
            entry.msgstr = text
        else:
            changed += list(entry.msgstr_plural.values()) != text
            entry.msgstr_plural = dict(enumerate(text))
    save(language, book)
    return changed


def save(language: str, book: polib.POFile) -> None:
    """Write a catalogue and its compiled form."""
    path(language).parent.mkdir(parents=True, exist_ok=True)
    book.save(str(path(language)))
    book.save_as_mofile(str(path(language).with_suffix(".mo")))
