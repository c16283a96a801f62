"""What goes into the ledger once a store's lines are applied: whose records they were, by which identifiers (rules.md 6.4 no. 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from dsr.cases import erasure_ledger
from dsr.models import Subject as SubjectRow
from exporters.contract import Identifier, IdentifierKind, Locates, Subject
from exporters.persons import Person
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from dsr.models import Case
    from exporters.contract import PlanLine, RowKey

Known: TypeAlias = tuple[str, str, bool]
"""An identifier of somebody who was erased: kind, value, whether the law kept it in that store."""


def record_of(key: RowKey) -> str:
    """A person's key as an identifier of kind RECORD spells it."""
    return Person(key.dataset, str(key.values[0])).record


def persons_of(lines: Iterable[PlanLine]) -> tuple[RowKey, ...]:
    """Everybody the lines are about, each once."""
    return tuple(dict.fromkeys(person for line in lines for person in line.persons))


def strategy_of(lines: Iterable[PlanLine]) -> list[Any]:
    """How each dataset is treated, as the ledger keeps it: [dataset, treatment, [[column, strategy], …]]."""
    rows = {
        (line.dataset, line.treatment.value, tuple((one.column, one.strategy) for one in line.fields)) for line in lines
    }
    return [[dataset, treatment, [list(one) for one in fields]] for dataset, treatment, fields in sorted(rows)]


def erased_in(exporter: Any, case: Case, store: str, lines: Sequence[PlanLine]) -> tuple[tuple[Known, ...], ...]:
    """For each person of the lines the identifiers this store held; read again, to see which of them the law kept.

    Raises Temporary or Permanent: then the task is tried again, and what was applied stays applied.
    """
    found = []
    content = SubjectRow.objects.select_related("request").get(request=case.request).content()
    taught = [
        (IdentifierKind(item["kind"]), item["value"])
        for item in content.get("identifiers", [])
        if not item.get("shared") and _of(item, store)
    ]
    for key in persons_of(lines):
        record = record_of(key)
        left = standing(exporter, case.request.reference, Identifier(IdentifierKind.RECORD, record, store))
        hers = {(kind.value, value): (kind, Identifier(kind, value).normalised) in left for kind, value in taught}
        # What stands there now in place of hers (a token in the column of the e-mail address) is not somebody else either.
        hers |= {(kind.value, value): True for kind, value in left if (kind.value, value) not in hers}
        own = (IdentifierKind.RECORD.value, record, False)
        rest = ((kind, value, stays) for (kind, value), stays in hers.items() if kind != IdentifierKind.RECORD)
        found.append((own, *rest))
    return tuple(found)


def _of(item: dict[str, str], store: str) -> bool:
    """Whether this store taught it, or it is proved for this store or for no store in particular."""
    proved = item["link"] in {"proof", "decision"} and item.get("store", "") in {"", store}
    return proved or item["link"].startswith(f"{store}:")


def standing(exporter: Any, reference: str, record: Identifier) -> set[tuple[IdentifierKind, str]]:
    """The identifiers that stand in a record now, in their normal form."""
    if not capable(exporter, Locates):
        return set()
    learned = exporter.locate(Subject(reference, (record,))).learned
    return {(one.identifier.kind, one.identifier.normalised) for one in learned}


def keep(
    case: Case,
    store: str,
    plan_sha256: str,
    lines: Sequence[PlanLine],
    erased: tuple[tuple[Known, ...], ...],
    *,
    now: datetime,
) -> None:
    """Enter it, in the transaction that finishes the task."""
    erasure_ledger.remember(
        case=case, store=store, plan_sha256=plan_sha256, strategy=strategy_of(lines), persons=erased, now=now
    )
