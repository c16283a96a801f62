"""What the pages of the inbox show: mails as lines, one mail with what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.utils.translation import gettext_lazy

from dsr.cases import clock, inbound
from dsr.cases.inbound_words import noted, state_of
from dsr.cases.own_rules import own_days
from dsr.desk import inbox_words as words
from dsr.law.rights import Right
from dsr.models import InboundMail, Pulse, Request
from dsr.vault import MissingKeyError, TamperedError, blind
from dsr.wording import uploads as file_words
from dsr.work import pulses

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise

    from dsr.models import Controller

Kind = InboundMail.Kind
FILTERS: Final[Mapping[str, tuple[_StrPromise, tuple[str, ...]]]] = {
    "decide": (gettext_lazy("To decide"), (Kind.UNDECIDED,)),
    "requests": (gettext_lazy("Requests"), (Kind.REQUEST,)),
    "messages": (gettext_lazy("Messages"), (Kind.MESSAGE,)),
    "ignored": (gettext_lazy("Ignored"), (*sorted(inbound.IGNORED), Kind.DISMISSED)),
    "all": (gettext_lazy("All"), tuple(Kind.values)),
}
_COLOURS: Final[Mapping[str, str]] = {Kind.UNDECIDED: "warn", Kind.REQUEST: "ok", Kind.MESSAGE: "ok", Kind.NEW: "info"}
_LIKELY: Final = 5


@dataclass(frozen=True, slots=True)
class Line:
    """A mail in the list. Sender and subject are empty for roles that read about nobody, and when their time is over."""

    mail: InboundMail
    what: str
    colour: str
    doubt: str
    reference: str
    due_on: date | None = None
    address: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    why: str = field(default="", repr=False)
    files: tuple[tuple[str, str, str], ...] = field(default=(), repr=False)
    was_html: bool = False


def rows(controller: Controller, chosen: str) -> QuerySet[InboundMail]:
    """Mails of one filter, the newest first; those to decide with the oldest first, because their clocks may run."""
    found: QuerySet[InboundMail] = InboundMail.objects.of(controller).filter(kind__in=FILTERS[chosen][1])
    order = ("received_at", "pk") if chosen == "decide" else ("-received_at", "pk")
    return found.select_related("request", "controller", "decided_by").order_by(*order)


def lines(mails: Iterable[InboundMail], controller: Controller, *, now: datetime, shown: bool) -> list[Line]:
    """Mails as the list shows them; due dates are those of a request for access received with the mail."""
    days = own_days(controller)
    return [_line(mail, shown=shown, due_on=_due(mail, now, days)) for mail in mails]


def _due(mail: InboundMail, now: datetime, days: Any) -> date | None:
    """When the mail would be due if it were a request (T-01)."""
    if mail.kind != Kind.UNDECIDED:
        return None
    given = clock.clock_input(controller=mail.controller, received_at=mail.received_at, right=Right.ACCESS, days=days)
    due: date | None = clock.columns(given, today=clock.local_date(mail.controller, now))["due_on"]
    return due


def _line(mail: InboundMail, *, shown: bool, due_on: date | None) -> Line:
    content: dict[str, Any] = {}
    if shown:
        try:
            content = mail.content()
        except (MissingKeyError, TamperedError):
            content = {}
    files = tuple(
        (
            one["name"],
            file_words.size(one["size"]),
            words.file_state("noted" if noted(mail) else state_of(content, one["number"])),
        )
        for one in content.get("files", [])
    )
    return Line(
        mail=mail,
        what=words.kind(mail.kind, noted=noted(mail)),
        colour=_COLOURS.get(mail.kind, ""),
        doubt=words.doubt(mail.doubt) if mail.kind == Kind.UNDECIDED else "",
        reference=mail.request.reference if mail.request else "",
        due_on=due_on,
        address=content.get("address", ""),
        name=content.get("name", ""),
        subject=content.get("subject", ""),
        text=content.get("text", ""),
        why=content.get("why", ""),
        files=files,
        was_html=bool(content.get("was_html")),
    )


def one(mail: InboundMail, *, now: datetime, shown: bool) -> Line:
    """One mail with everything that is kept of it."""
    return _line(mail, shown=shown, due_on=_due(mail, now, own_days(mail.controller)))


def likely(mail: InboundMail) -> list[Request]:
    """Requests the mail may belong to: those it names, then those of its sender, the newest first."""
    content, controller = mail.content(), mail.controller
    named = Request.objects.of(controller).filter(reference__in=content.get("references", []))
    found = list(named.order_by("-received_at")[:_LIKELY])
    if content.get("address"):
        tokens = blind.tokens(controller.slug, "email", content["address"])
        theirs = Request.objects.of(controller).filter(tokens__kind="email", tokens__token__in=tokens)
        found += theirs.order_by("-received_at").distinct()[:_LIKELY]
    return list({request.pk: request for request in found}.values())[:_LIKELY]


def mailbox_state(controller: Controller) -> Pulse | None:
    """How the last look into the mailbox went; None when it was never looked into."""
    return Pulse.objects.filter(name=pulses.of_inbox(controller.slug)).first()


def configured(controller: Controller) -> bool:
    """Whether a mailbox of this controller is read at all."""
    return controller.slug in settings.DSR_INBOX
