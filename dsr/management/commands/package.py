"""`manage.py package verify FILE [--manifest SHA256]`: does a package hold exactly what its manifest says; exit 1 when not."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsr.management.output import DeskCommand, fail
from dsr.output.manifest import verify

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(DeskCommand):
    """Needs no database and no key: anybody who was sent a package can run it."""

    help = __doc__ or ""

    def add_more(self, parser: CommandParser) -> None:
        """The verb, the file, and the hash that was approved."""
        parser.add_argument("verb", choices=["verify"])
        parser.add_argument("file", type=Path, help="the ZIP file")
        parser.add_argument("--manifest", metavar="SHA256", default="", help="the manifest's hash as it was approved")

    def run_verify(self, **options: Any) -> None:
        """Print what does not fit: flipped, missing, extra, doubled, no_manifest, bad_manifest, other_manifest, no_zip."""
        try:
            with options["file"].open("rb") as source:
                findings = verify(source, manifest_sha256=options["manifest"])
        except OSError as error:
            raise fail(f"the file cannot be read: {error.strerror}") from None
        self.rows([finding._asdict() for finding in findings], empty="intact: every file is as the manifest says")
        if findings:
            sys.exit(1)
