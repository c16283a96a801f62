"""What the law keeps: the retention table asked for one controller (rules.md 3.4.4, 3.4.5, 4.0.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsr.cases.own_rules import retention_of
from dsr.law import retention
from exporters.contract import Kept

if TYPE_CHECKING:
    from datetime import date

    from dsr.models import Controller
    from exporters.contract import KeepUntil


BOOKKEEPING = frozenset(
    {retention.DocumentClass.INVOICE, retention.DocumentClass.BOOKS, retention.DocumentClass.BUSINESS_LETTER}
)
NO_RULE = "no retention rule is kept for this country"


def keeper(controller: Controller) -> KeepUntil:
    """A function (document class, document date) -> until when and under which law a document is kept, or None to erase.

    A row of the table that is only known from experience ([K]) may keep but never delete by itself: `certain` is false,
    and after its end the document stays in the plan with its mark, for the DPO's word.
    """
    own = retention_of(controller)

    def keep(document_class: str, document_date: date | None) -> Kept | None:
        try:
            kind = retention.DocumentClass(document_class)
            if document_date is None:
                return None
            found = retention.keep_until(controller.country, kind, document_date, own=own)
        except ValueError:
            return None
        except retention.NoRetentionRuleError:
            # No row for this country says nothing about its law: bookkeeping stays until somebody has looked.
            return Kept(until=None, law=NO_RULE, certain=False) if kind in BOOKKEEPING else None
        return Kept(until=found.until, law=found.rule.statute, mark=found.rule.mark.value, certain=found.may_delete)

    return keep
