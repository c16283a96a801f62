"""Words for a plan of corrections: what happens to a value, why a value cannot be written, and reasons for the person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from dsr.law.decisions import Standing
from dsr.wording.choices import CORRECTED, value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    from dsr.cases.corrections import Asked

TREATMENTS: Final[Mapping[str, _StrPromise]] = {
    "correct": _("is overwritten"),
    "annotate": _("gets a note"),
    "keep": _("is right already"),
    "manual": _("by hand"),
    "stays": _("stays as a record"),
}
REASONS: Final[Mapping[str, _StrPromise]] = {
    "issued": _("An issued document stays as it is. Somebody adds a note, or issues a corrected one."),
    "record": _("A record of what happened stays as it is. Somebody adds a note."),
    "copy": _("The old value stands here too, in a record that does not follow by itself."),
    "shared": _("Other people use this record as well."),
    "no_switch": _("This store cannot be changed by program here."),
    "by_hand": _("No program changes this store."),
}
TROUBLES: Final[Mapping[str, _StrPromise]] = {
    "too_long": _("The new value is too long for this field."),
    "wrong_type": _("The new value is of another sort than this field takes."),
    "not_allowed": _("This field takes only values from a list."),
    "out_of_range": _("The number is too large or too small for this field."),
    "not_null": _("This field cannot be left empty."),
    "unique": _("Somebody else's record has this value already, and it may stand there only once."),
    "foreign_key": _("The value has to exist in another list of this store first."),
    "check": _("A rule of the store refuses this value."),
    "charset": _("The store has no sign for a letter of this value."),
    "computed": _("The store computes this field itself. Correct what it is computed from."),
    "unknown_country": _("There is no country with this code."),
    "not_correctable": _("This field is not corrected."),
    "unknown_field": _("The data map does not know this field."),
    "not_hers": _("This record is not, or no longer, one of hers. Read the stores again."),
    "asked_twice": _("Two different values are wanted for this field."),
    "key_not_unique": _("The store cannot tell the record apart from others. Have the data map corrected."),
    "no_transactions": _("The store could not undo a change that fails. Have its owner convert the table."),
}
_TROUBLE: Final = _("This value cannot be written.")

# What the letter says where data stay as they are; whoever decides may write something else.
STANDING: Final[Mapping[Standing, _StrPromise]] = {
    Standing.VERIFIED: _("We have checked this, and what we hold is right."),
    Standing.OPINION: _(
        "This is what somebody thought or said at the time, and it is recorded as it was said. You can give us a statement of"
        " your own, and we keep it beside the record."
    ),
    Standing.RECORD: _(
        "This shows how things stood at that time. We do not change such records afterwards. You can give us a statement of"
        " your own, and we keep it beside the record."
    ),
}


_CORRECTED: Final = _("%(what)s: %(new)s (until now: %(old)s)")


def corrected(asked: Asked) -> str:
    """A correction as the letter tells it: what, the new value, and the old one where she named it (L-10)."""
    what = asked.label or str(CORRECTED.get(asked.kind, CORRECTED["other"]))
    said = {"what": what, "new": value(asked.kind, asked.new), "old": value(asked.kind, asked.old)}
    return str(_CORRECTED % said) if asked.old else f"{what}: {said['new']}"


def trouble(code: str) -> str:
    """Why a value cannot be written, in a sentence."""
    return str(TROUBLES.get(code, _TROUBLE))
