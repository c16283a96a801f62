"""The one mail of a marketing stop: what has stopped, the reference, and how to undo it (O-03).

The address was typed by anybody, so the mail holds not a word that somebody typed, and comes at most once a day.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from dsr.addresses import base_url
from dsr.cases import contacts, messages, suppression_keys
from dsr.cases.clock import local_date
from dsr.cases.stop_tokens import StopLinks
from dsr.law.policies import STOPS_WITHIN, MarketingChannel, channels_of
from dsr.models import Message
from dsr.vault import blind

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.models import Request

KIND: Final = "marketing_stopped"
AT_MOST_EVERY: Final = timedelta(days=1)


def tell(*, request: Request, to: str, now: datetime) -> Message | None:
    """Queue the confirmation, within the transaction that opens the request; None when this address had one today."""
    controller = request.controller
    tokens = blind.tokens(controller.slug, "email", to)
    today = Message.objects.of(controller).filter(kind=KIND, created_at__gt=now - AT_MOST_EVERY)
    if today.filter(request__tokens__kind="email", request__tokens__token__in=tokens).exists():
        return None
    try:
        one = contacts.contact(controller, contacts.Kind.EMAIL, to)
    except contacts.BadContactError:
        return None
    links = StopLinks(controller.slug, suppression_keys.ensured_keys(controller, now=now))
    undo = f"{base_url(controller)}/marketing-stop/undo/{links.undo(one, now=now)}/"
    until = local_date(controller, request.received_at + STOPS_WITHIN[MarketingChannel.POST])
    asked = channels_of(request.content().get("scope", {}).get("channels", []))
    context = {"undo": undo, "until": until, "channels": {channel.value: True for channel in asked}}
    return messages.queue_mail(request=request, kind=KIND, to=to, now=now, context=context)
