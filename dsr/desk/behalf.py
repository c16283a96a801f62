"""Whose data it is, where that is not the sender: what the desk must not overlook (rules.md 3.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.law.persons import Behalf, Person

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

FLAGS: Final[Mapping[str, _StrPromise]] = {
    Person.CHILD: gettext_lazy("For a child"),
    Person.REPRESENTED: gettext_lazy("By a representative"),
    Person.DECEASED: gettext_lazy("For somebody who died"),
    Person.OTHER_USER: gettext_lazy("For another user of the line"),
}


def flags_of(told: Mapping[str, Any], right: str) -> list[str]:
    """Short marks for the case page: who it is for, whether the child is asked too, whether the authority covers `right`."""
    behalf = Behalf.of(told.get("scope") or {})
    if behalf is None:
        return []
    found = [str(FLAGS[behalf.who])] if behalf.who in FLAGS else []
    if behalf.ask:
        found.append(_("Ask the child too"))
    if behalf.uncovered([right]):
        found.append(_("The authority does not name this right"))
    return found
