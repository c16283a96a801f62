"""The suppression list: who gets no marketing, kept as keyed hashes and asked before every message (O-03, O-04, 4.5).

Nothing here can be turned back into an address. The list is used for nothing else, and nobody is asked to come back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from dsr.cases.clock import local_date
from dsr.cases.duties import Duty
from dsr.cases.perform import insist
from dsr.cases.setup import record_setup
from dsr.cases.suppression_keys import ensured_hashes, hashes
from dsr.law.policies import ALL_CHANNELS, REVIEW_YEARS, MarketingChannel, channels_of
from dsr.models import Suppression

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from django.db.models import QuerySet

    from dsr.cases.contacts import Contact
    from dsr.law.workflow import Actor
    from dsr.models import Controller, Request

_FEBRUARY = 2


def _review_on(controller: Controller, now: datetime) -> date:
    day = local_date(controller, now)
    # There is no 29 February in most years.
    return day.replace(year=day.year + REVIEW_YEARS, day=min(day.day, 28) if day.month == _FEBRUARY else day.day)


@transaction.atomic
def add(
    *,
    controller: Controller,
    contact: Contact,
    channels: Iterable[str],
    source: str,
    now: datetime,
    request: Request | None = None,
) -> tuple[Suppression, bool]:
    """Put an address or number on the list, or widen its channels; says whether anything is stopped that was not before.

    The first day counts: `since` stays that of the first objection, and nothing ever narrows an entry but `lift`. An entry
    under an older key is put under the newest, since its address is known at this moment.
    """
    wanted = {channel.value for channel in channels_of(channels)}
    tokens = ensured_hashes(controller, now=now).tokens(contact)
    rows = Suppression.objects.of(controller).select_for_update()
    found = _newest(rows.filter(kind=contact.kind, token__in=tokens), tokens)
    if found is None:
        made = Suppression(
            controller=controller,
            kind=contact.kind,
            token=tokens[0],
            channels=sorted(wanted),
            since=now,
            source=source,
            request=request,
            review_on=_review_on(controller, now),
        )
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError:
            found = rows.get(kind=contact.kind, token=made.token)
        else:
            return made, True
    fresh = wanted - set(found.channels)
    if fresh or found.token != tokens[0]:
        found.channels = sorted({*found.channels, *wanted})
        found.token = tokens[0]
        found.save(update_fields=["channels", "token"])
    return found, bool(fresh)


def _newest(rows: Iterable[Suppression], tokens: tuple[str, ...]) -> Suppression | None:
    """The entry under the newest of `tokens` that has one."""
    return min(rows, key=lambda row: tokens.index(row.token), default=None)


def entry(*, controller: Controller, contact: Contact) -> Suppression | None:
    """What the list says about an address or number, or None."""
    known = hashes(controller)
    if known is None:
        return None
    tokens = known.tokens(contact)
    return _newest(Suppression.objects.of(controller).filter(kind=contact.kind, token__in=tokens), tokens)


def is_suppressed(*, controller: Controller, contact: Contact, channel: str) -> bool:
    """Whether marketing through `channel` must not go to this address or number."""
    found = entry(controller=controller, contact=contact)
    return found is not None and channel in found.channels


@transaction.atomic
def lift(*, controller: Controller, contact: Contact, channels: Iterable[str] = ALL_CHANNELS) -> bool:
    """Take an address or number off the list, because its owner has just shown that she wants it; False: it was not there.

    Only the person's own proven act leads here (a link sent to that very address). Nothing is switched on by it: whoever
    wants marketing still has to give consent, and no store is changed.
    """
    seen = entry(controller=controller, contact=contact)
    found: Suppression | None = (
        Suppression.objects.of(controller).select_for_update().filter(pk=seen.pk).first() if seen else None
    )
    if found is None:
        return False
    left = sorted(set(found.channels) - {MarketingChannel(code).value for code in channels})
    if left:
        Suppression.objects.filter(pk=found.pk).update(channels=left)
    else:
        found.delete()
    return True


def review_due(*, controller: Controller, now: datetime) -> QuerySet[Suppression]:
    """Entries that are three years old or were last looked at three years ago (rules 4.5)."""
    rows: QuerySet[Suppression] = Suppression.objects.of(controller).filter(review_on__lte=local_date(controller, now))
    return rows


@transaction.atomic
def reviewed(*, controller: Controller, actor: Actor, now: datetime) -> int:
    """The controller still markets: its due entries stay for three more years. Returns how many; an event of the set-up.

    RefusedError for a role that handles no cases.
    """
    insist(actor, Duty.DRAFT)
    kept = int(review_due(controller=controller, now=now).update(review_on=_review_on(controller, now)))
    if kept:
        record_setup(controller=controller, kind="suppression_kept", actor=actor, now=now, data={"entries": kept})
    return kept
