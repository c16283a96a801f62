"""How commands speak: a table of words for people, or JSON with `--json`; errors are one line and exit code 2."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class DeskCommand(BaseCommand):
    """Base of our commands: adds `--json` and prints rows."""

    as_json = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Every command of ours can be read by a machine."""
        parser.add_argument("--json", action="store_true", help="print JSON instead of text")
        self.add_more(parser)

    def add_more(self, parser: CommandParser) -> None:
        """The command's own arguments."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        """Dispatch to `run_<verb>`; refusals and unknown ids become one line on stderr and exit code 2."""
        self.as_json = bool(options["json"])
        handler = getattr(self, f"run_{options['verb'].replace('-', '_')}")
        handler(**options)
        return None

    def rows(self, rows: Sequence[Mapping[str, Any]], *, empty: str) -> None:
        """Print a list."""
        if self.as_json:
            self.stdout.write(json.dumps(list(rows), default=str, ensure_ascii=False))
        elif not rows:
            self.stdout.write(empty)
        else:
            columns = list(rows[0])
            widths = {c: max(len(c), *(len(str(row[c])) for row in rows)) for c in columns}
            for line in ({c: c for c in columns}, *rows):
                self.stdout.write("  ".join(str(line[c]).ljust(widths[c]) for c in columns).rstrip())

    def one(self, row: Mapping[str, Any]) -> None:
        """Print one thing."""
        if self.as_json:
            self.stdout.write(json.dumps(dict(row), default=str, ensure_ascii=False))
            return
        width = max(len(key) for key in row)
        for key, value in row.items():
            self.stdout.write(f"{key.ljust(width)}  {value}")


def fail(message: str) -> CommandError:
    """A one-line error with exit code 2."""
    return CommandError(message, returncode=2)
