"""`manage.py calendar list|holiday|workday|clear`: the days on which a controller's calendar differs from that of its place."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from dsr import wording
from dsr.cases import actors, calendar
from dsr.cases.own_rules import calendar_of
from dsr.cases.perform import RefusedError
from dsr.management.output import DeskCommand, fail
from dsr.models import CalendarDay, Controller, Kind, User

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(DeskCommand):
    """Sets a day (4.2 no. 26, A4); open cases get their new dates from the next tick, never later than a date told."""

    help = __doc__ or ""

    def add_more(self, parser: CommandParser) -> None:
        """Whose calendar, which day, and which data protection officer says so."""
        parser.add_argument("verb", choices=["list", "holiday", "workday", "clear"])
        parser.add_argument("--controller", required=True, metavar="SLUG")
        parser.add_argument("--day", default="", metavar="DATE", help="e.g. 2026-08-08")
        parser.add_argument("--name", default="", help="what the day is called")
        parser.add_argument("--reason", default="", help="why; sealed beside the event of the set-up")
        parser.add_argument("--by", default="", metavar="EMAIL", help="the data protection officer who decides")

    def handle(self, *_args: Any, **options: Any) -> None:
        """List the days, or set one."""
        self.as_json = bool(options["json"])
        controller = Controller.objects.filter(slug=options["controller"]).first()
        if controller is None:
            raise fail("there is no controller of this name")
        if options["verb"] == "list":
            rows = CalendarDay.objects.of(controller).order_by("day").values("day", "holiday", "name")
            self.rows(list(rows), empty=f"no days of its own; {calendar_of(controller).version}")
            return
        self._set(controller, options)

    def _set(self, controller: Controller, options: dict[str, Any]) -> None:
        handle = User.handle_for(controller.pk, Kind.STAFF, options["by"])
        officer = User.objects.filter(handle=handle, is_active=True).first()
        if officer is None:
            raise fail("--by must be the address of a member of this controller's staff")
        try:
            day = date.fromisoformat(options["day"])
        except ValueError:
            raise fail("--day must be a date such as 2026-08-08") from None
        try:
            waiting = calendar.set_day(
                controller=controller,
                day=day,
                holiday={"holiday": True, "workday": False, "clear": None}[options["verb"]],
                name=options["name"],
                reason=options["reason"],
                actor=actors.staff(officer),
                now=timezone.now(),
            )
        except RefusedError as refused:
            raise fail(str(wording.refusal(refused.refusal))) from None
        self.one({"day": day, "cases_to_recompute": waiting})
