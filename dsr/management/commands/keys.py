"""`manage.py keys list|new|rotate|check`: the key ring in DSR_KEYS. Prints ids and counts, and a key only where it is new."""

from __future__ import annotations

import base64
import secrets
import sys
from typing import TYPE_CHECKING, Any

from dsr.cases import ledger, ring
from dsr.management.output import DeskCommand, fail
from dsr.vault import MissingKeyError, keyring
from dsr.vault.keys import KEY_BYTES, new_key

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(DeskCommand):
    """Rotation step by step: docs/vault.md."""

    help = __doc__ or ""

    def add_more(self, parser: CommandParser) -> None:
        """The verb and its options."""
        parser.add_argument("verb", choices=["list", "new", "rotate", "check"])
        parser.add_argument("--id", metavar="ID", help="new: the id of the key, letters and digits")
        parser.add_argument("--chunk", type=int, default=ring.CHUNK, help="rotate: rows a transaction (default 200)")
        parser.add_argument("--without", metavar="ID", help="check: whether this key may leave the ring")

    def run_list(self, **options: Any) -> None:
        """The keys of the ring in their order, then keys that rows need and the ring lacks."""
        held = list(keyring().keys)
        uses = ring.uses()
        rows = [
            {
                "key": one,
                "place": "first" if held[:1] == [one] else "held" if one in held else "missing",
                "rows": sum(uses.get(one, {}).values()),
                "where": ", ".join(f"{table} {count}" for table, count in sorted(uses.get(one, {}).items())),
            }
            for one in (*held, *sorted(set(uses) - set(held)))
        ]
        self.rows(rows, empty="")

    def run_new(self, **options: Any) -> None:
        """Print an entry for DSR_KEYS; it is stored nowhere."""
        try:
            taken = set(keyring().keys) | set(ring.uses())
        except (MissingKeyError, ValueError):
            taken = set()
        name = options["id"] or f"k{secrets.token_hex(3)}"
        if not name.isalnum():
            raise fail("the id of a key is letters and digits")
        if name in taken:
            raise fail("there is a key with this id already")
        self.one({"entry": f"{name}:{base64.b64encode(new_key()).decode()}", "bytes": KEY_BYTES})

    def run_rotate(self, **options: Any) -> None:
        """Move everything under the first key; exit 1 when something could not be opened."""
        if options["chunk"] < 1:
            raise fail("--chunk must be at least 1")
        done = ring.rotate(chunk=options["chunk"])
        done.moved["purge ledger"] += ledger.again()
        self.one(
            {
                "first": keyring().first,
                "moved": sum(done.moved.values()),
                "missing": sum(done.missing.values()),
                "broken": sum(done.broken.values()),
                "forgotten": done.forgotten,
            }
        )
        if done.missing or done.broken:
            sys.exit(1)

    def run_check(self, **options: Any) -> None:
        """Exit 1 when a key is missing, when anything is not under the first key, or when `--without` is still needed."""
        held, uses = keyring(), ring.uses()
        leaving = {options["without"]} if options["without"] else set(held.keys) - {held.first}
        faults = [
            {"key": one, "rows": sum(counts.values()), "why": "missing" if one not in held.keys else "needed"}
            for one, counts in sorted(uses.items())
            if one not in held.keys or one in leaving
        ]
        if faults:
            self.rows(faults, empty="")
            sys.exit(1)
        self.one({"first": held.first, "may_leave": ", ".join(sorted(leaving & set(held.keys))) or "none"})
