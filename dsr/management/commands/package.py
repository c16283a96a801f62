"""`manage.py package verify FILE --key KEYS_OR_FINGERPRINT [--manifest SHA256]`: is a package exactly what the controller signed.

Exit code 0: yes; 1: no, with the reasons; 2: it cannot be checked. `python -m dsr.output.verify` does the same where
the desk is not installed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsr.management.output import DeskCommand, fail
from dsr.output.signing import KeyFormatError
from dsr.output.verify import INTACT, MEANING, key_texts, verify

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(DeskCommand):
    """Needs no database and no secret: anybody who was sent a package can run it."""

    help = __doc__ or ""

    def add_more(self, parser: CommandParser) -> None:
        """The verb, the file, whose it should be, and the hash that was approved."""
        parser.add_argument("verb", choices=["verify"])
        parser.add_argument("file", type=Path, help="the ZIP file")
        parser.add_argument(
            "--key",
            action="append",
            default=[],
            help="keys.json or a PEM file saved from the portal, or a fingerprint; never taken from the package",
        )
        parser.add_argument("--manifest", metavar="SHA256", default="", help="the manifest's hash as it was approved")

    def run_verify(self, **options: Any) -> None:
        """Print what does not fit, as code (dsr.output.verify.MEANING), file and words."""
        if not options["key"] and not options["manifest"]:
            raise fail("say with --key whose package it should be: keys.json from the portal, or a fingerprint")
        try:
            keys = key_texts(options["key"])
            with options["file"].open("rb") as source:
                findings = verify(source, keys=keys, manifest_sha256=options["manifest"])
        except KeyFormatError as error:
            raise fail(f"--key: {error}") from None
        except UnicodeDecodeError:
            raise fail("--key: not a text file") from None
        except OSError as error:
            raise fail(f"the file cannot be read: {error.strerror}") from None
        rows = [finding._asdict() | {"meaning": MEANING[finding.code]} for finding in findings]
        self.rows(rows, empty=INTACT)
        if findings:
            sys.exit(1)
