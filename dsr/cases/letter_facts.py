"""What every letter says of its controller: names, addresses, data protection officer, supervisory authority (rules 5.1, C and N)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dsr.cases.duties import Duty
from dsr.cases.perform import insist
from dsr.models import Controller

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.law.workflow import Actor

FACTS: Final = (
    "legal_name",
    "address",
    "phone",
    "privacy_email",
    "dpo_name",
    "dpo_email",
    "authority_name",
    "authority_address",
    "authority_url",
    "notice_url",
)
"""Columns of the controller that letters print."""


def change(*, controller: Controller, values: Mapping[str, str], actor: Actor) -> None:
    """Set some of FACTS. Letters that were sent keep what they said; a draft that says something else is not sent any more.

    RefusedError for a role that sets nothing; KeyError for any other column.
    """
    insist(actor, Duty.WORD_LETTERS)
    if unknown := set(values) - set(FACTS):
        raise KeyError(min(unknown))
    Controller.objects.filter(pk=controller.pk).update(**{name: text.strip() for name, text in values.items()})
    controller.refresh_from_db()
