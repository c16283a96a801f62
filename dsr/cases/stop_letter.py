"""The end of a marketing stop: the confirmation L-16 from what really happened, and the case completed with it (O-03, 5.1)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dsr.cases import at_once, letters
from dsr.cases.actors import SYSTEM
from dsr.cases.clock import local_date
from dsr.cases.perform import perform
from dsr.law.letter_elements import Element
from dsr.law.letters import LetterCode
from dsr.law.policies import STOPS_WITHIN, MarketingChannel
from dsr.law.workflow import Action
from dsr.models import Case
from dsr.wording import dates

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.cases.letter_content import Elements
    from dsr.models import RowId

# What was promised when the request was sent has happened within this time: no second mail to somebody who wants fewer.
AS_PROMISED: Final = timedelta(hours=24)


@transaction.atomic
def complete(*, case_id: RowId, now: datetime) -> Case:
    """Send L-16 and complete the case, by the system under the policy of the right. IncompleteLetterError, RefusedError."""
    case: Case = Case.objects.select_related("controller", "request__account").get(pk=case_id)
    late = now - case.request.created_at > AS_PROMISED
    with translation.override(case.request.language):
        said = elements(case)
    letters.send(
        case=case,
        code=LetterCode.STOP_CONFIRMED,
        elements=said,
        actor=SYSTEM,
        now=now,
        mail="new_letter" if late else "",
    )
    policy = at_once.policy_of(case)
    return perform(
        case_id=case_id,
        action=Action.COMPLETE,
        actor=SYSTEM,
        now=now,
        data={"letter": LetterCode.STOP_CONFIRMED.value, "policy": policy.id, "policy_sha256": policy.sha256},
        extra_facts={"letter_ready": True},
    )


def elements(case: Case) -> Elements:
    """The sentences of L-16 in the active language: channels and from when, print runs, the list, and Spain's public one."""
    asked = [MarketingChannel(code) for code in at_once.channels_asked(case)]
    listed = [
        _(
            "We keep the address or number you named on a list of people who want no advertising, in a form that nobody"
            " can read. The list serves for nothing else."
        )
    ]
    if case.controller.country == "ES":
        # LOPDGDD 23(3): whoever objects is told of the public lists (O-05).
        listed.append(
            _(
                "In Spain there is also a public list against advertising of other companies: Lista Robinson, %(address)s."
            )
            % {"address": "https://www.listarobinson.es"}
        )
    return {
        Element.CHANNELS_AND_TIME: tuple(_since(case, channel) for channel in asked),
        Element.ALREADY_IN_PRODUCTION: _production(case, asked),
        Element.SUPPRESSION_ENTRY: tuple(listed),
    }


def _since(case: Case, channel: MarketingChannel) -> str:
    said = {
        MarketingChannel.EMAIL: _("E-mail: since %(day)s"),
        MarketingChannel.SMS: _("Text messages: since %(day)s"),
        MarketingChannel.PHONE: _("Phone calls: since %(day)s at the latest"),
        MarketingChannel.POST: _("Letters: nothing new is printed since %(day)s"),
    }[channel]
    wait = STOPS_WITHIN[channel] if channel is MarketingChannel.PHONE else timedelta(0)
    return said % {"day": dates.day(local_date(case.controller, case.request.received_at + wait))}


def _production(case: Case, asked: list[MarketingChannel]) -> str:
    if MarketingChannel.POST not in asked:
        return _("Nothing is on its way to you through what you stopped.")
    until = local_date(case.controller, case.request.received_at + STOPS_WITHIN[MarketingChannel.POST])
    return _("Printed mail that is already in production may reach you until %(day)s.") % {"day": dates.day(until)}
