"""`manage.py receiver list|set|end`: the other controllers that can get a portable copy (docs/portability.md).

That both keys were compared is noted on the desk, by somebody who signed in and did not enter them: a shell has no name.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from dsr import wording
from dsr.cases import receivers
from dsr.cases.clock import local_date
from dsr.cases.perform import RefusedError
from dsr.law.terms import Actor, Role
from dsr.management.output import DeskCommand, fail
from dsr.models import Controller, Receiver

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

_MACHINE = Actor(kind="system", id="console", roles=frozenset({Role.ADMINISTRATOR}))
_TEXTS = ("contact", "host", "username", "secret", "sign_in", "folder", "host_key", "recipient_key")


class Command(DeskCommand):
    """Says to whom data may be sent. No secret is ever given here, only where it stands."""

    help = __doc__ or ""

    def add_more(self, parser: CommandParser) -> None:
        """The verb, the controller, the receiver by its name, and what is kept about it."""
        parser.add_argument("verb", choices=["list", "set", "end"])
        parser.add_argument("controller", help="the short name of the controller that sends")
        parser.add_argument("name", nargs="?", default="", help="the name of the receiving controller")
        for name in _TEXTS:
            parser.add_argument(f"--{name.replace('_', '-')}", default=None)
        parser.add_argument("--port", type=int, default=None)
        parser.add_argument("--key-expires-on", type=date.fromisoformat, default=None, metavar="YYYY-MM-DD")

    def run_list(self, **options: Any) -> None:
        """Every receiver with what it is recognised by, and why nothing may be sent to it today, if so."""
        controller = _controller(options)
        today = local_date(controller, timezone.now())
        rows = [
            {
                "name": row.name,
                "host": f"{row.host}:{row.port}",
                "host_key": row.host_key,
                "recipient_key": row.recipient_key,
                "verified_on": row.verified_on.isoformat() if row.verified_on else "",
                "refused": receivers.refusal_of(row, today=today) or "",
            }
            for row in Receiver.objects.of(controller).order_by("name")
        ]
        self.rows(rows, empty="no receiver is on file")

    def run_set(self, **options: Any) -> None:
        """Add a receiver or change what is given; a changed key or address has to be verified anew."""
        controller = _controller(options)
        row = Receiver.objects.of(controller).filter(name=options["name"]).first()
        names = (*_TEXTS, "port", "key_expires_on")
        before = {name: getattr(row, name) for name in names} if row else {"contact": ""}
        given = {name: options[name] for name in names if options[name] is not None}
        details = receivers.Details(name=options["name"], **{**before, **given})
        try:
            kept = receivers.keep(controller=controller, details=details, actor=_MACHINE, now=timezone.now())
        except RefusedError as error:
            raise fail(wording.refusal(error.refusal)) from None
        self.rows([{"name": kept.name, "verified": bool(kept.verified_on)}], empty="")

    def run_end(self, **options: Any) -> None:
        """Send nothing to this receiver any more."""
        receivers.end(receiver=_receiver(options), actor=_MACHINE, now=timezone.now())


def _controller(options: dict[str, Any]) -> Controller:
    found = Controller.objects.filter(slug=options["controller"]).first()
    if found is None:
        raise fail(f"there is no controller {options['controller']!r}")
    return found


def _receiver(options: dict[str, Any]) -> Receiver:
    found = Receiver.objects.of(_controller(options)).filter(name=options["name"]).first()
    if found is None:
        raise fail(f"there is no receiver {options['name']!r}")
    row: Receiver = found
    return row
