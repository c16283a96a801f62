"""What the stores hold about a subscriber's name, address and contact today, so that she corrects a row of a list (R-01).

Only for an account whose customer number is proven (I-02), and only fields that the data maps call master or payment
data and that a correction overwrites. Whatever goes wrong, there is no list: the form works without it (ux.md 1.5).
"""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlowError
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from stdnum import iban

from dsr.cases import identity
from dsr.cases.scope import stores_of
from dsr.fulfil.stores import open_by_name
from dsr.output.inputs import words
from exporters.contract import (
    Collects,
    DatasetInfo,
    Describes,
    Disclosure,
    Identifier,
    IdentifierKind,
    Locates,
    MatchStatus,
    StoreError,
    Subject,
    Whose,
)
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from dsr.models import Controller, User
    from exporters.contract import Batch, FieldInfo

SECONDS: Final = 3.0
"""How long the page waits for all stores together."""
_CATEGORIES: Final = frozenset({"master", "payment", "identification"})
_MOST_ROWS: Final = 5
_SHOWN_OF_ACCOUNT: Final = 4
_LOG = logging.getLogger(__name__)
# A store that has fallen silent holds a thread until its own time-out. Four of them, and pages go on without a list.
_POOL = ThreadPoolExecutor(max_workers=4, thread_name_prefix="current")


@dataclass(frozen=True, slots=True)
class Value:
    """One value as it stands: `place` (store.dataset.row.field.number) is its code, `kind` says how a new one is checked."""

    place: str
    kind: str
    label: str
    text: str = field(repr=False)


def current_values(*, controller: Controller, user: User | None, language: str, now: datetime) -> tuple[Value, ...]:
    """The values of every proven customer number, labels in `language`; empty for whoever has proved none, and on any trouble.

    Numbers that were proved by a contact that changed lately show nothing yet, as everywhere else (ux.md 1.6).

    Waits SECONDS at most. Account numbers are cut to their last four characters.
    """
    numbers = identity.firm_links_of(user, now=now) if user is not None else ()
    if not numbers:
        return ()
    ends_at = time.monotonic() + SECONDS
    found: list[Value] = []
    for at, (store, number) in enumerate(numbers):
        if store not in stores_of(controller):
            continue
        work = _POOL.submit(_of_number, controller, store, number, ends_at)
        try:
            cells = work.result(timeout=max(0.0, ends_at - time.monotonic()))
        except (StoreError, TooSlowError) as error:
            work.cancel()
            _LOG.warning("current values of %s left out: %s", store, getattr(error, "code", "timeout"))
            return ()
        found += [_value(f"{store}.{place}.{at}", item, text, language) for place, item, text in cells]
    return tuple(found)


def _of_number(controller: Controller, store: str, number: str, ends_at: float) -> list[tuple[str, FieldInfo, str]]:
    """The cells of one customer number, as (dataset.row.field, field, text); runs in a thread and asks no database of ours."""
    exporter = open_by_name(controller, store)
    if not all(capable(exporter, protocol) for protocol in (Describes, Locates, Collects)):
        return []
    subject = Subject("", (Identifier(IdentifierKind.CUSTOMER_NUMBER, number, store),))
    match = exporter.locate(subject)
    if match.status is not MatchStatus.FOUND or match.candidates:
        return []
    wanted = {info.name: _fields(info) for info in exporter.describe()}
    found = []
    for batch in _until_last(exporter.collect(subject, match.keys), wanted, ends_at):
        found += list(_cells(batch, wanted[batch.dataset]))
    return found


def _fields(info: DatasetInfo) -> dict[str, FieldInfo]:
    """The fields of a data set that a person can correct by giving a new value."""
    if info.category not in _CATEGORIES:
        return {}
    return {
        item.name: item
        for item in info.fields
        if item.label
        and item.correct == "true"
        and item.category in _CATEGORIES
        and item.whose is Whose.SUBJECT
        and item.disclosure is Disclosure.EXPORTED
        and not item.values
        and not item.free_text
        and item.shown is None
    }


def _until_last(batches: Iterator[Batch], wanted: dict[str, dict[str, FieldInfo]], ends_at: float) -> Iterator[Batch]:
    """The batches with wanted fields; the reading ends behind the last of them, long before the big logs."""
    order = {name: at for at, name in enumerate(wanted)}
    last = max((order[name] for name, fields in wanted.items() if fields), default=-1)
    for batch in batches:
        if order.get(batch.dataset, last) > last or time.monotonic() > ends_at:
            return
        if wanted.get(batch.dataset):
            yield batch


def _cells(batch: Batch, fields: dict[str, FieldInfo]) -> Iterator[tuple[str, FieldInfo, str]]:
    for row, cells in enumerate(batch.rows[:_MOST_ROWS]):
        for column, cell in zip(batch.columns, cells, strict=True):
            if column in fields and isinstance(cell, str) and cell.strip():
                yield f"{batch.dataset}.{row}.{column}", fields[column], cell.strip()


def _value(place: str, item: FieldInfo, text: str, language: str) -> Value:
    kind = kind_of(text)
    return Value(place, kind, words(item.label, language), _cut(text) if kind == "iban" else text)


def kind_of(text: str) -> str:
    """How a new value in place of this one is checked: `iban`, `email`, `phone`, `birth_date` (any day), else `other`."""
    if iban.is_valid(text):
        return "iban"
    try:
        validate_email(text)
    except ValidationError:
        pass
    else:
        return "email"
    try:
        date.fromisoformat(text)
    except ValueError:
        return "phone" if _is_phone(text) else "other"
    return "birth_date"


def _is_phone(text: str) -> bool:
    if not text.startswith("+"):
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(text))
    except phonenumbers.NumberParseException:
        return False


def _cut(account: str) -> str:
    return f"… {account.replace(' ', '')[-_SHOWN_OF_ACCOUNT:]}"
