"""Stopping marketing for an address: by a typed one, by the link in a mail, by one click of a mail program (O-03, I-06, RFC 8058)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from dsr.cases import actors, intake, suppression, suppression_keys
from dsr.cases.clock import local_date
from dsr.cases.contacts import Contact, Kind
from dsr.cases.intake import Told
from dsr.cases.perform import record
from dsr.cases.stop_tokens import StopLinks
from dsr.law.policies import ALL_CHANNELS, STOPS_WITHIN, MarketingChannel, channels_of
from dsr.law.rights import Right
from dsr.models import Channel, Suppression

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from dsr.cases.stop_tokens import Opened
    from dsr.models import Controller, Request, User

# How a request names what marketing calls post; the other kinds are called alike.
_TOLD = {Kind.POST: "address"}


@dataclass(frozen=True, slots=True)
class Promise:
    """What is said when it has stopped: which channels, and until when printed mail may still arrive."""

    channels: frozenset[MarketingChannel]
    print_until: date


def promise(controller: Controller, channels: Iterable[str], *, since: datetime) -> Promise:
    """The dates of rules 1.5 for a stop of `since`."""
    asked = channels_of(channels)
    return Promise(asked, local_date(controller, since + STOPS_WITHIN[MarketingChannel.POST]))


@transaction.atomic
def stop(
    *,
    controller: Controller,
    given: Sequence[tuple[Contact, str]],
    channels: Iterable[str] = ALL_CHANNELS,
    source: str = Suppression.Source.PORTAL,
    language: str,
    now: datetime,
    reply: bool = True,
    account: User | None = None,
    submission_key: str | None = None,
) -> Request:
    """File the objection, which works at once: listed, every store asked, the clock running (T-26, 4.0.2).

    `given`: contacts with the text as it was typed. `reply`: whether the e-mail address among them gets the one neutral
    mail. Known and unknown addresses are treated alike in every word. The same `submission_key` twice is one request.
    """
    asked = channels_of(channels)
    scope: dict[str, object] = {"through": str(source)}
    if asked != ALL_CHANNELS:
        scope["channels"] = sorted(channel.value for channel in asked)
    mail = next((contact.value for contact, _ in given if contact.kind == Kind.EMAIL), "")
    told = Told(
        # The address is who she is (I-06); a name is not asked for.
        name=next(text for _, text in given),
        contact_email=mail if reply else "",
        identifiers=tuple((_TOLD.get(contact.kind, contact.kind.value), text) for contact, text in given),
        scope=scope,
    )
    sent = intake.open_request(
        controller=controller,
        rights=[Right.MARKETING_OBJECTION],
        channel=Channel.PORTAL,
        told=told,
        language=language,
        received_at=now,
        actor=actors.subject(str(account.pk) if account else ""),
        now=now,
        account=account,
        submission_key=submission_key,
    )
    # Where the key has been sent before, the stop may have been undone meanwhile: what the page says is true all the same.
    for contact, _ in given:
        suppression.add(
            controller=controller, contact=contact, channels=asked, source=str(source), request=sent, now=now
        )
    return sent


def links(controller: Controller) -> StopLinks:
    """What reads the links of a controller; without a key yet there is no link that it could read."""
    return StopLinks(controller.slug, suppression_keys.data_keys(controller))


@transaction.atomic
def stop_by_link(
    *,
    controller: Controller,
    opened: Opened,
    channels: Iterable[str] = ALL_CHANNELS,
    language: str,
    now: datetime,
    reply: bool,
) -> Request | None:
    """The same by the link of a mail; None when all of it had been stopped before, so that a second click does nothing."""
    asked = {channel.value for channel in channels_of(channels)}
    before = suppression.entry(controller=controller, contact=opened.contact)
    if before is not None and asked <= set(before.channels):
        return None
    return stop(
        controller=controller,
        given=[(opened.contact, opened.contact.value)],
        channels=asked,
        source=Suppression.Source.LINK,
        language=language,
        now=now,
        reply=reply,
    )


@transaction.atomic
def undo(*, controller: Controller, token: str, now: datetime) -> bool:
    """Take an address off the list by the link that was mailed to it; False when the link is none, or nothing is listed.

    No store is changed and nothing is switched on: marketing needs a new consent (O-03: nobody is asked to come back).
    """
    contact = links(controller).open_undo(token, now=now)
    if contact is None:
        return False
    before = suppression.entry(controller=controller, contact=contact)
    if not suppression.lift(controller=controller, contact=contact):
        return False
    case = before.request.cases.filter(right=Right.MARKETING_OBJECTION).first() if before and before.request else None
    if case is not None:
        record(case_id=case.pk, kind="suppression_lifted", actor=actors.subject(), now=now, data={"by": "mailed_link"})
    return True
