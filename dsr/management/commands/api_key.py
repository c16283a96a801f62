"""`manage.py api_key new|list|revoke`: keys for programs that call the machine interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from dsr.cases import api_keys
from dsr.management.campaign_files import controller_of
from dsr.management.output import DeskCommand, fail
from dsr.models import ApiKey

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(DeskCommand):
    """The key is shown once, when it is made."""

    help = __doc__ or ""

    def add_more(self, parser: CommandParser) -> None:
        """Sub-commands."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        making = verbs.add_parser("new", help="make a key and show it once")
        making.add_argument("--name", required=True, help="which program it is for")
        making.add_argument("--scope", action="append", required=True, choices=[one.value for one in api_keys.Scope])
        verbs.add_parser("list", help="the keys, without the keys themselves")
        verbs.add_parser("revoke", help="end a key at once").add_argument("key_id", metavar="ID")
        for sub in verbs.choices.values():
            sub.add_argument("--controller", required=True, metavar="SLUG")
            sub.add_argument("--json", action="store_true", help="print JSON instead of text")

    def run_new(self, **options: Any) -> None:
        """Make and show."""
        controller = controller_of(options["controller"])
        row, secret = api_keys.make(
            controller=controller, name=options["name"], scopes=options["scope"], now=timezone.now()
        )
        self.rows([{"id": str(row.pk), "name": row.name, "key": secret}], empty="")

    def run_list(self, **options: Any) -> None:
        """When each was made, last used and revoked."""
        rows = ApiKey.objects.of(controller_of(options["controller"])).order_by("created_at")
        shown = [
            {
                "id": str(row.pk),
                "name": row.name,
                "scopes": ",".join(row.scopes),
                "created": row.created_at.isoformat(timespec="seconds"),
                "used": row.last_used_at.isoformat(timespec="seconds") if row.last_used_at else "",
                "revoked": row.revoked_at.isoformat(timespec="seconds") if row.revoked_at else "",
            }
            for row in rows
        ]
        self.rows(shown, empty="No keys yet.")

    def run_revoke(self, **options: Any) -> None:
        """End it."""
        controller = controller_of(options["controller"])
        try:
            done = api_keys.revoke(controller=controller, key_id=options["key_id"], now=timezone.now())
        except ValidationError:
            done = False
        if not done:
            raise fail("there is no living key of this id")
        self.stdout.write("revoked")
