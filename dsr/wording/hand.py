"""Words for work that a department does by hand: what can be said of it, on the page of the department and at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

OUTCOMES: Final[Mapping[str, _StrPromise]] = {
    "found": _("I have added what there is"),
    "nothing": _("There is nothing about this person"),
    "done": _("It is done as asked"),
    "cannot": _("It cannot be done, because …"),
}
ANSWERED: Final[Mapping[str, _StrPromise]] = {
    "found": _("handed in"),
    "nothing": _("nothing found"),
    "done": _("done as asked"),
    "cannot": _("cannot be done"),
}


def outcome(code: str) -> str:
    """What was answered, in a word or two for the desk; empty for nothing we know."""
    return str(ANSWERED[code]) if code in ANSWERED else ""
