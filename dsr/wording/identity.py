"""Words for how somebody shows who she is: the times of a call, what was looked at, what became of a check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

CALL_TIMES: Final[Mapping[str, _StrPromise]] = {
    "morning": _("Between 9 and 12 o’clock"),
    "midday": _("Between 12 and 15 o’clock"),
    "afternoon": _("Between 15 and 18 o’clock"),
    "evening": _("Between 18 and 20 o’clock"),
}

SEEN: Final[Mapping[str, _StrPromise]] = {
    "identity_card": _("Identity card, looked at"),
    "passport": _("Passport, looked at"),
    "residence_permit": _("Residence permit, looked at"),
    "driving_licence": _("Driving licence with a picture, looked at"),
    "eid_reader": _("Electronic identity, read at a terminal"),
    "number_and_contract": _("Called on the number on file; knew what stands in the contract"),
    "number_and_pin": _("Called on the number on file; knew the service password"),
    "code_of_letter": _("Sent back our letter to the address on file, with its code"),
    "eid_identifier": _("The electronic identity named an identifier that the store holds"),
    "eid_compared": _("Name, date of birth and address compared with the store"),
}
