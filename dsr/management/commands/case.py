"""`manage.py case open|show|list|perform`: the verbs of a case from a shell, for administrators and scripts."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from dsr import wording
from dsr.cases import actors, intake
from dsr.cases.intake import InvalidRequestError, Told
from dsr.cases.perform import ConflictError, RefusedError, perform
from dsr.law.rights import Right
from dsr.law.workflow import Action
from dsr.management.output import DeskCommand, fail
from dsr.models import Case, Channel, Controller, User

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(DeskCommand):
    """Acts as the member of staff given by `--as`; the workflow table decides what that person may do."""

    help = __doc__ or ""

    def add_more(self, parser: CommandParser) -> None:
        """Sub-commands."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        opening = verbs.add_parser("open", help="open a request that arrived by another channel")
        opening.add_argument("--right", action="append", required=True, choices=[r.value for r in Right])
        opening.add_argument("--channel", default="post", choices=Channel.values)
        opening.add_argument("--received", metavar="ISO", help="when it reached us, with offset; now when left out")
        opening.add_argument("--name", required=True)
        opening.add_argument("--email", default="")
        opening.add_argument("--language", default="en")
        opening.add_argument("--controller", metavar="SLUG")
        opening.add_argument("--as", dest="user", required=True, metavar="EMAIL")
        listing = verbs.add_parser("list", help="open cases in legal order")
        listing.add_argument("--all", action="store_true", help="closed ones too")
        verbs.add_parser("show", help="one case with its events").add_argument("case")
        acting = verbs.add_parser("perform", help="take one step of the workflow")
        acting.add_argument("case")
        acting.add_argument("action", choices=[a.value for a in Action])
        acting.add_argument("--as", dest="user", required=True, metavar="EMAIL")
        acting.add_argument("--note", default="", help="kept sealed beside the event")
        for sub in verbs.choices.values():
            sub.add_argument("--json", action="store_true", help="print JSON instead of text")

    def run_open(self, **options: Any) -> None:
        """Open and print reference and due dates."""
        now, user = timezone.now(), _user(options["user"])
        told = Told(name=options["name"], contact_email=options["email"])
        try:
            request = intake.open_request(
                controller=_controller(options["controller"]),
                rights=[Right(r) for r in options["right"]],
                channel=options["channel"],
                told=told,
                language=options["language"],
                received_at=_instant(options["received"]) or now,
                actor=actors.staff(user),
                now=now,
            )
        except InvalidRequestError as error:
            raise fail(str(wording.refusal(error.refusal))) from None
        self.rows([_row(case) for case in request.cases.select_related("request")], empty="")

    def run_list(self, **options: Any) -> None:
        """List."""
        cases = Case.objects.select_related("request").order_by("sort_on", "pk")
        self.rows([_row(case) for case in (cases if options["all"] else cases.open())], empty="no open case")

    def run_show(self, **options: Any) -> None:
        """Show one case: the row, then its events as codes."""
        case = _case(options["case"])
        events = [
            {
                "seq": e.seq,
                "at": e.at.isoformat(timespec="seconds"),
                "actor": e.actor_kind,
                "action": e.action,
                "to": e.to_state,
            }
            for e in case.events.order_by("seq")
        ]
        if self.as_json:
            self.one({**_row(case), "events": events})
        else:
            self.one(_row(case))
            self.rows(events, empty="")

    def run_perform(self, **options: Any) -> None:
        """Take one step; the table's refusal is printed as it is."""
        case, actor = _case(options["case"]), actors.staff(_user(options["user"]))
        extra = {"reason_given": bool(options["note"].strip())}
        try:
            case = perform(
                case_id=case.pk,
                action=Action(options["action"]),
                actor=actor,
                now=timezone.now(),
                note=options["note"],
                extra_facts=extra,
            )
        except RefusedError as error:
            raise fail(str(wording.refusal(error.refusal))) from None
        except ConflictError:
            raise fail("somebody else changed this case just now; look again") from None
        self.one(_row(case))


def _row(case: Case) -> dict[str, Any]:
    return {
        "case": str(case.pk),
        "reference": case.request.reference,
        "right": case.right,
        "state": case.state,
        "received_on": case.received_on,
        "due_on": case.due_on,
        "act_by_on": case.act_by_on,
        "version": case.version,
    }


def _case(text: str) -> Case:
    """By id, or by reference when the request has one case only."""
    cases = Case.objects.select_related("request", "controller")
    found: list[Case]
    try:
        found = [cases.get(pk=uuid.UUID(text))]
    except (ValueError, Case.DoesNotExist):
        found = list(cases.filter(request__reference=text)[:2])
    if len(found) != 1:
        raise fail("no case, or more than one, has this id or reference")
    return found[0]


def _user(email: str) -> User:
    found = list(User.objects.filter(kind="staff", email__iexact=email, is_active=True)[:2])
    if len(found) != 1:
        raise fail("no member of staff, or more than one, has this e-mail address")
    return found[0]


def _controller(slug: str | None) -> Controller:
    found = list((Controller.objects.filter(slug=slug) if slug else Controller.objects.all())[:2])
    if len(found) != 1:
        raise fail("name the controller with --controller")
    return found[0]


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise fail("--received must be an ISO date and time, like 2026-05-04T18:30+02:00") from None
    if at.tzinfo is None:
        raise fail("--received needs its offset, like 2026-05-04T18:30+02:00")
    return at
