"""The cards of the page "Set up": what each part is, how it stands, and who may open it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr import wording
from dsr.cases import absences, forwarding, recipients
from dsr.cases.clock import local_date
from dsr.cases.scope import stores_of
from dsr.cases.setup import READERS
from dsr.desk.access import Duty, duty_refusal
from dsr.fulfil.recipients_named import named_in_maps
from dsr.law.retention import ROWS, Mark
from dsr.law.rights import ALL_RIGHTS
from dsr.models import (
    Anchor,
    ApiKey,
    CalendarDay,
    LadderRow,
    LetterWording,
    Receiver,
    RetentionRow,
    SetupEvent,
    SigningKey,
    StoreHealth,
    User,
)
from dsr.models.together import together
from dsr.templatetags.ui import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dsr.desk.access import DeskRequest

NAMED: Final = 3
"""Names that fit the line of a card."""


@dataclass(frozen=True, slots=True)
class Card:
    """One part: its page, its name, how it stands in a line, and whether that needs somebody (`warn`)."""

    url: str
    title: str
    state: str
    warn: bool = False


def cards(request: DeskRequest) -> list[Card]:
    """The parts this colleague may open. A handful of small counts, whatever the number of cases."""
    makers: list[Callable[[DeskRequest, Mapping[str, int]], Card]] = [_stores, _letters]
    if duty_refusal(request.actor, Duty.SEE_SETUP) is None:
        makers += [_controller]
    makers += [_calendar, _ladder, _retention, _absences, _brand, _receivers, _recipients, _partners, _people]
    if duty_refusal(request.actor, Duty.SEE_SETUP) is None:
        makers += [_keys, _programs]
    if READERS & request.actor.roles:
        makers += [_changes]
    numbers = _numbers(request)
    return [make(request, numbers) for make in makers]


def _numbers(request: DeskRequest) -> dict[str, int]:
    """How many rows the parts have, in one query."""
    controller, now = request.controller, timezone.now()
    today = local_date(controller, now)
    return together(
        {},
        {
            "wrong": StoreHealth.objects.of(controller).filter(store__in=list(stores_of(controller)), ok=False),
            "days": CalendarDay.objects.of(controller),
            "rungs": LadderRow.objects.of(controller),
            "retention": RetentionRow.objects.of(controller),
            "away": absences.coming(request.staff, now=now).filter(first_on__lte=today),
            "receivers": Receiver.objects.of(controller),
            "people": User.objects.in_scope(controller=controller, kind="staff").filter(is_active=True),
            "signing": SigningKey.objects.of(controller).filter(valid_to__isnull=True),
        },
    )[1]


def _stores(request: DeskRequest, numbers: Mapping[str, int]) -> Card:
    names = stores_of(request.controller)
    wrong = numbers["wrong"]
    words = ngettext("%(n)s store", "%(n)s stores", len(names)) % {"n": len(names)}
    if wrong:
        words += ", " + ngettext("%(n)s in trouble", "%(n)s in trouble", wrong) % {"n": wrong}
    return Card(reverse("desk:stores"), _("Stores and data maps"), words, bool(wrong) or not names)


def _letters(request: DeskRequest, numbers: Mapping[str, int]) -> Card:
    own = LetterWording.objects.of(request.controller).values("code", "language", "slot").distinct().count()
    words = ngettext("%(n)s place with own words", "%(n)s places with own words", own) % {"n": own}
    return Card(reverse("desk:letter-wordings"), _("Letters"), words if own else _("No own words"))


def _controller(request: DeskRequest, numbers: Mapping[str, int]) -> Card:
    row = request.controller
    missing = list(_missing(request))
    words = ", ".join(missing) if missing else f"{row.legal_name}, {row.place}, {row.timezone}"
    if missing:
        words = _("Not stated: %(what)s") % {"what": words}
    return Card(reverse("desk:setup-controller", args=["facts"]), _("Controller"), words, bool(missing))


def _missing(request: DeskRequest) -> Iterator[str]:
    for name, words in (
        ("automated_decisions", _("automated decisions")),
        ("transfers", _("transfers")),
        ("backups", _("backups")),
    ):
        if getattr(request.controller, name) is None:
            yield words


def _calendar(request: DeskRequest, numbers: Mapping[str, int]) -> Card:
    own = numbers["days"]
    words = ngettext("%(place)s, %(n)s own day", "%(place)s, %(n)s own days", own)
    return Card(reverse("desk:setup-calendar"), _("Holidays"), words % {"place": request.controller.place, "n": own})


def _ladder(request: DeskRequest, numbers: Mapping[str, int]) -> Card:
    own = numbers["rungs"]
    return Card(reverse("desk:setup-ladder"), _("Escalation"), _("Own steps") if own else _("Standard steps"))


def _retention(request: DeskRequest, numbers: Mapping[str, int]) -> Card:
    own = numbers["retention"]
    open_rows = sum(row.country == request.controller.country and row.mark is not Mark.VERIFIED for row in ROWS)
    words = ngettext("%(n)s own row", "%(n)s own rows", own) % {"n": own}
    if open_rows:
        words += ", " + ngettext(
            "%(n)s row of the law needs the DPO's word", "%(n)s rows of the law need the DPO's word", open_rows
        ) % {"n": open_rows}
    return Card(reverse("desk:setup-retention"), _("Retention"), words)


def _absences(request: DeskRequest, numbers: Mapping[str, int]) -> Card:
    away = numbers["away"]
    words = ngettext("%(n)s colleague is away", "%(n)s colleagues are away", away) % {"n": away}
    return Card(reverse("desk:absences"), _("Absences"), words if away else _("Nobody is away"))


def _brand(request: DeskRequest, numbers: Mapping[str, int]) -> Card:
    offered = len(request.controller.rights_offered) or len(ALL_RIGHTS)
    words = ngettext("%(n)s right with a form", "%(n)s rights with a form", offered) % {"n": offered}
    return Card(reverse("desk:brand"), _("Brand"), f"{request.controller.name}, {words}")


def _receivers(request: DeskRequest, numbers: Mapping[str, int]) -> Card:
    count = numbers["receivers"]
    words = ngettext("%(n)s controller data can go to", "%(n)s controllers data can go to", count) % {"n": count}
    return Card(reverse("desk:receivers"), _("Receivers"), words if count else _("None"))


def _recipients(request: DeskRequest, numbers: Mapping[str, int]) -> Card:
    """Companies that get data and are told of changes (Art. 19); whom only a data map names, nobody tells."""
    entered = [row.name for row in recipients.register(request.controller)]
    missing = set(named_in_maps(request.controller)) - set(entered)
    words = _few(entered) or _("No recipient is entered yet")
    if missing:
        words += f". {_('Named by the data maps, not entered here')}: {len(missing)}"
    return Card(reverse("desk:recipients"), _("Recipients"), words, bool(missing))


def _partners(request: DeskRequest, numbers: Mapping[str, int]) -> Card:
    names = [row.name for row in forwarding.partners(request.controller)]
    return Card(reverse("desk:partners"), _("Partners"), _few(names) or _("None"))


def _few(names: Sequence[str]) -> str:
    """The first of the names, and how many more there are."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" +{more}" if more > 0 else "")


def _people(request: DeskRequest, numbers: Mapping[str, int]) -> Card:
    count = numbers["people"]
    words = ngettext("%(n)s colleague", "%(n)s colleagues", count) % {"n": count}
    return Card(reverse("desk:people"), _("People and roles"), words)


def _keys(request: DeskRequest, numbers: Mapping[str, int]) -> Card:
    signs = numbers["signing"]
    anchor = Anchor.objects.order_by("-day").first()
    words = _("A key signs packages") if signs else _("No package was signed yet")
    last = _("last anchor %(day)s") % {"day": wording.day(anchor.day)} if anchor else _("no anchor yet")
    return Card(reverse("desk:setup-keys"), _("Keys"), f"{words}, {last}")


def _programs(request: DeskRequest, numbers: Mapping[str, int]) -> Card:
    count = ApiKey.objects.of(request.controller).filter(revoked_at__isnull=True).count()
    words = ngettext("%(n)s key that works", "%(n)s keys that work", count) % {"n": count}
    return Card(reverse("desk:programs"), _("Programs"), words if count else _("No program asks yet"))


def _changes(request: DeskRequest, numbers: Mapping[str, int]) -> Card:
    last = SetupEvent.objects.of(request.controller).order_by("-seq").first()
    words = _("%(n)s so far, the last %(when)s") % {"n": last.seq, "when": moment(last.at)} if last else _("None yet")
    return Card(reverse("desk:changes"), _("Changes"), words)
