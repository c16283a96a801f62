"""`manage.py staff_invite`: the first colleague of a controller, or one who locked everybody out; prints the one-time link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from dsr import wording
from dsr.cases import actors, staffing
from dsr.cases.perform import RefusedError
from dsr.law.staffing import STAFF_ROLES
from dsr.management.campaign_files import controller_of
from dsr.management.output import DeskCommand, fail

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(DeskCommand):
    """Whoever may run this owns the machine; the change is an event of the set-up by the system."""

    help = __doc__ or ""

    def add_more(self, parser: CommandParser) -> None:
        """Who, and what she may do."""
        parser.add_argument("--controller", required=True, metavar="SLUG")
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)
        roles = sorted(role.value for role in STAFF_ROLES)
        parser.add_argument("--role", action="append", required=True, choices=roles, help="once for each role")
        parser.set_defaults(verb="invite")

    def run_invite(self, **options: Any) -> None:
        """Invite; the mail is queued as well, the printed link works where no mail server does yet."""
        controller = controller_of(options["controller"])
        try:
            validate_email(options["email"])
            user, token = staffing.invite(
                controller=controller,
                email=options["email"],
                name=options["name"],
                roles=options["role"],
                actor=actors.SYSTEM,
                now=timezone.now(),
            )
        except ValidationError:
            raise fail("--email is no e-mail address") from None
        except RefusedError as error:
            raise fail(wording.refusal(error.refusal)) from None
        link = staffing.link_of(controller, token)
        days = str(staffing.INVITATION.days)
        self.rows([{"colleague": str(user.pk), "link": link, "days": days}], empty="")
