"""`manage.py evidence CASE --out FILE`: the evidence of one case for a supervisory authority, put together here and now.

The same order, the same events and the same file as from the page of the case; `manage.py package verify` checks it.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from dsr import wording
from dsr.cases import actors, evidence
from dsr.cases.perform import ConflictError, RefusedError
from dsr.fulfil.evidence import make
from dsr.fulfil.spool import read_artifact
from dsr.management.output import DeskCommand, fail
from dsr.models import Case, EvidencePack, Kind, Tombstone, User

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(DeskCommand):
    """Acts as the member of staff given by `--as`; her role decides how much goes in."""

    help = __doc__ or ""

    def add_more(self, parser: CommandParser) -> None:
        """Arguments."""
        parser.add_argument("case", help="id of the case, or the reference of a request with one case only")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the ZIP file to write; a new one")
        parser.add_argument("--as", dest="user", required=True, metavar="EMAIL")
        parser.add_argument("--authority", required=True, help="which authority or court asks")
        parser.add_argument("--reference", required=True, help="the reference of its letter")
        parser.add_argument("--extent", choices=EvidencePack.Extent.values, default=EvidencePack.Extent.FILE.value)

        parser.add_argument(
            "--language",
            choices=[code for code, _name in settings.LANGUAGES],
            default="",
            help="of the summary; the controller's first when it is left out",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Order, make, write, and print the hash."""
        self.as_json = bool(options["json"])
        case, user = _case(options["case"]), _user(options["user"])
        if options["out"].exists():
            raise fail("this file is there already; choose another name")
        now, actor = timezone.now(), actors.staff(user)
        if user.controller_id != case.controller_id:
            raise fail("this member of staff belongs to another controller")
        try:
            pack = evidence.order(
                case_id=case.pk,
                extent=EvidencePack.Extent(options["extent"]),
                authority=options["authority"],
                reference=options["reference"],
                language=options["language"],
                actor=actor,
                now=now,
            )
            make(pack_id=pack.pk, now=timezone.now())
            pack.refresh_from_db()
            artifact = evidence.take(pack=pack, actor=actor, now=timezone.now())
        except RefusedError as error:
            if error.refusal.code == "evidence_gone":
                raise fail(f"it could not be made ({EvidencePack.objects.get(pk=pack.pk).error_code})") from None
            raise fail(str(wording.refusal(error.refusal))) from None
        except ConflictError:
            raise fail("evidence of this extent is being made already; fetch it from the page of the case") from None
        # For whoever runs the command only: what a person and colleagues wrote stands in it.
        with os.fdopen(os.open(options["out"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.writelines(read_artifact(artifact))
        self.one({"file": str(options["out"]), "bytes": artifact.size, "sha256": artifact.sha256})


def _case(text: str) -> Case:
    """By id or reference; a purged one is named as such, since nothing but its tombstone is left (4.0.8)."""
    by_id: uuid.UUID | None
    try:
        by_id = uuid.UUID(text)
    except ValueError:
        by_id = None
    wanted = {"pk": by_id} if by_id else {"request__reference": text.strip().upper()}
    found: list[Case] = list(Case.objects.filter(**wanted)[:2])
    if len(found) == 1:
        return found[0]
    if not found and Tombstone.objects.filter(**({"pk": by_id} if by_id else {"reference": text.upper()})).exists():
        raise fail(
            "this case was purged when its retention was over: what is left is a tombstone, the last hash and the length of"
            " its event chain, which the anchors still prove (manage.py audit)"
        )
    raise fail("no case, or more than one, has this id or reference")


def _user(email: str) -> User:
    found = list(User.objects.filter(kind=Kind.STAFF, email__iexact=email, is_active=True)[:2])
    if len(found) != 1:
        raise fail("no member of staff, or more than one, has this e-mail address")
    return found[0]
