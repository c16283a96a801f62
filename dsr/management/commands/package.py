"""`manage.py package verify|keys|rotate-key`: is a package what the controller signed, and with which keys it signs.

`package verify FILE --key KEYS_OR_FINGERPRINT [--manifest SHA256]`: exit code 0: yes; 1: no, with the reasons; 2: it cannot
be checked. `python -m dsr.output.verify` does the same where the desk is not installed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from dsr import wording
from dsr.cases import actors
from dsr.cases.perform import ConflictError, RefusedError
from dsr.fulfil.signing import published, rotate_signing_key
from dsr.management.output import DeskCommand, fail
from dsr.models import Controller, Kind, User
from dsr.output.signing import KeyFormatError
from dsr.output.verify import INTACT, MEANING, key_texts, verify

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(DeskCommand):
    """`verify` needs no database and no secret: anybody who was sent a package can run it."""

    help = __doc__ or ""

    def add_more(self, parser: CommandParser) -> None:
        """Sub-commands."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        check = verbs.add_parser("verify", help="is a package exactly what the controller signed")
        check.add_argument("file", type=Path, help="the ZIP file")
        check.add_argument(
            "--key",
            action="append",
            default=[],
            help="keys.json or a PEM file saved from the portal, or a fingerprint; never taken from the package",
        )
        check.add_argument("--manifest", metavar="SHA256", default="", help="the manifest's hash as it was approved")
        verbs.add_parser("keys", help="every key that ever signed, the newest first").add_argument("controller")
        rotate = verbs.add_parser("rotate-key", help="retire the key of today and make another")
        rotate.add_argument("controller", metavar="SLUG")
        rotate.add_argument("--as", dest="user", required=True, metavar="EMAIL", help="an administrator's account")
        for sub in verbs.choices.values():
            sub.add_argument("--json", action="store_true", help="print JSON instead of text")

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

    def run_keys(self, **options: Any) -> None:
        """Print fingerprints and dates."""
        rows = [
            {"key_id": key.key_id, "valid_from": key.valid_from, "valid_to": key.valid_to or ""}
            for key in published(_controller(options["controller"]))
        ]
        self.rows(rows, empty="no key yet: the first package makes it")

    def run_rotate_key(self, **options: Any) -> None:
        """Rotate and print the new fingerprint."""
        controller = _controller(options["controller"])
        staff = User.objects.filter(controller=controller, kind=Kind.STAFF, is_active=True)
        user = staff.filter(email__iexact=options["user"]).first()
        if user is None:
            raise fail("no member of this controller's staff has this e-mail address")
        try:
            row = rotate_signing_key(controller=controller, actor=actors.staff(user), now=timezone.now())
        except RefusedError as refused:
            raise fail(str(wording.refusal(refused.refusal))) from None
        except ConflictError:
            raise fail("somebody else rotated at the same moment: look at `package keys`") from None
        self.one({"key_id": row.key_id, "valid_from": row.valid_from})


def _controller(slug: str) -> Controller:
    found: Controller | None = Controller.objects.filter(slug=slug).first()
    if found is None:
        raise fail(f"no controller is called {slug!r}")
    return found
