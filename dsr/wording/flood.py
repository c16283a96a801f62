"""Why a filing is held as part of a flood, for staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

MARKS: Final[Mapping[str, _StrPromise]] = {
    "honeypot": _("A field that people do not see was filled in"),
    "too_quick": _("Sent faster than anybody types"),
    "network": _("Many requests from one network within a minute"),
    "controller": _("Many requests to us within a minute"),
    "same_content": _("The same request word by word, several times within an hour"),
    "same_contact": _("Many requests that name the same e-mail address"),
}
