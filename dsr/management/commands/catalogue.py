"""`manage.py catalogue update|todo|fill|check`: the message catalogues of what subscribers read."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsr import catalogues
from dsr.catalogues import Sentence
from dsr.management.output import DeskCommand, fail

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(DeskCommand):
    """For whoever writes sentences or translates them; needs the packages for development."""

    help = __doc__ or ""
    requires_system_checks = []

    def add_more(self, parser: CommandParser) -> None:
        """The verb, a language, a file of translations."""
        parser.add_argument("verb", choices=["update", "todo", "fill", "check"])
        parser.add_argument("language", nargs="?", default="", choices=["", *catalogues.languages()])
        parser.add_argument("file", nargs="?", type=Path, help="JSON as `todo` prints it, with `to` filled in")
        parser.add_argument("--all", action="store_true", help="todo: sentences that are translated as well")

    def run_update(self, **options: Any) -> None:
        """Bring the catalogues to what the sources say, and compile them."""
        found = catalogues.sentences()
        for language in _chosen(options):
            book = catalogues.update(language, found)
            self.stdout.write(f"{language}: {len(book)} sentences, {len(book.untranslated_entries())} to translate")

    def run_todo(self, **options: Any) -> None:
        """Print what a language lacks, as JSON."""
        import polib  # noqa: PLC0415 -- a package for development

        for language in _chosen(options):
            book = polib.pofile(str(catalogues.path(language)))
            entries = book if options["all"] else book.untranslated_entries()
            rows = [_row(entry) for entry in entries]
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))

    def run_fill(self, **options: Any) -> None:
        """Enter translations from a file of the form that `todo` prints."""
        if not options["language"] or options["file"] is None:
            raise fail("name a language and a file")
        rows = json.loads(options["file"].read_text(encoding="utf-8"))
        given = {Sentence(row["text"], row.get("plural", ""), row.get("context", "")): row["to"] for row in rows}
        try:
            changed = catalogues.fill(options["language"], {key: to for key, to in given.items() if any(to)})
        except KeyError as unknown:
            raise fail(f"not in the catalogue: {unknown.args[0]}") from None
        self.stdout.write(f"{options['language']}: {changed} entered")

    def run_check(self, **options: Any) -> None:
        """Print what is missing, fuzzy, gone, different in its placeholders or not compiled; exit 1 when anything is."""
        found = catalogues.sentences()
        faults = [fault for language in _chosen(options) for fault in catalogues.faults(language, found)]
        rows = [{"language": one.language, "code": one.code, "text": one.text} for one in faults]
        self.rows(rows, empty="complete")
        if faults:
            sys.exit(1)


def _chosen(options: dict[str, Any]) -> tuple[str, ...]:
    return (options["language"],) if options["language"] else catalogues.languages()


def _row(entry: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"text": entry.msgid}
    if entry.msgid_plural:
        row["plural"] = entry.msgid_plural
    if entry.msgctxt:
        row["context"] = entry.msgctxt
    row["in"] = ", ".join(name for name, _line in entry.occurrences[:3])
    row["to"] = list(entry.msgstr_plural.values()) if entry.msgid_plural else entry.msgstr
    return row
