"""What a controller states beside the data: automated decisions and transfers (rules A-12, A-13).

From its record of processing where the store file names one, else from the columns of the controller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel import Locale

from dsr.cases.scope import stores_of
from dsr.fulfil.locate import NeedsPersonError
from dsr.output.inputs import AutomatedDecision, Transfer, words
from exporters.record.load import load_record
from exporters.registry import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from dsr.models import Controller
    from exporters.record.model import Decision, Record, TransferOut


def statements_of(controller: Controller, language: str) -> tuple[tuple[AutomatedDecision, ...], tuple[Transfer, ...]]:
    """Automated decisions and transfers in `language`, or in English where a text lacks it.

    Raises NeedsPersonError: `statement_missing` when nobody has stated them (nothing is a statement too, but it must
    be made), `configuration` when the record of processing is wrong.
    """
    record = record_of(controller)
    if record is not None:
        decisions = tuple(_decision(one, record, language) for one in record.decisions)
        return decisions, tuple(_transfer(one, language) for one in record.transfers)
    if controller.automated_decisions is None or controller.transfers is None:
        raise NeedsPersonError("statement_missing", controller.slug)
    return (
        tuple(AutomatedDecision(**item) for item in controller.automated_decisions),
        tuple(Transfer(**item) for item in controller.transfers),
    )


def record_of(controller: Controller) -> Record | None:
    """The controller's record of processing; None where its stores name none. Raises NeedsPersonError."""
    paths: set[Path] = {config.record for config in stores_of(controller).values() if config.record is not None}
    if not paths:
        return None
    try:
        return load_record(paths.pop())
    except ConfigError:
        raise NeedsPersonError("configuration", controller.slug) from None


def _decision(decision: Decision, record: Record, language: str) -> AutomatedDecision:
    effect = " ".join(filter(None, (words(decision.consequences, language), words(decision.review, language))))
    return AutomatedDecision(
        name=words(decision.name, language),
        logic=words(decision.logic, language),
        effect=effect,
        purpose=record.purposes[decision.purpose].words if decision.purpose else {},
    )


def _transfer(transfer: TransferOut, language: str) -> Transfer:
    return Transfer(
        recipient=words(transfer.recipient.words, language),
        country=_country(transfer.country, language),
        safeguard=words(transfer.safeguard, language),
        copy_from=words(transfer.copy_from, language),
        receives=transfer.recipient.words,
    )


def _country(code: str, language: str) -> str:
    """The country's name as a reader of the letter calls it."""
    territories = Locale.parse(language, sep="-").territories
    return str(territories.get(code, code))
