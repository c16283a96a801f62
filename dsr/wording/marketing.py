"""Words for the ways in which marketing reaches somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy

from dsr.law.policies import MarketingChannel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

CHANNELS: Final[Mapping[str, _StrPromise]] = {
    MarketingChannel.EMAIL.value: gettext_lazy("E-mail"),
    MarketingChannel.SMS.value: gettext_lazy("Text messages"),
    MarketingChannel.PHONE.value: gettext_lazy("Phone calls"),
    MarketingChannel.POST.value: gettext_lazy("Post"),
}
