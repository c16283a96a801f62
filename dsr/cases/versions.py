"""What a second person was shown, kept as a summary, so that the next version can say what changed (rules 4.2 nos. 11 to 13).

A package is summed up when it is built, because its bytes are replaced by the next one; a plan and a decision when they are
handed on. Counts, laws and dates of rows, columns, hashes, sentences of letters; never a value of a row: that another value
would be written shows by the hash of the plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from dsr.cases.facts import current_plan
from dsr.law.decisions import BY_DECISION
from dsr.law.rights import CHANGES_NO_STORE, Right
from dsr.law.workflow import State
from dsr.models import AnswerVersion, Artifact

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from dsr.models import Case, Plan

Kind = AnswerVersion.Kind
_SHOWN_OF_PLAN = ("store", "dataset", "treatment", "count", "law", "mark", "until", "year", "reason", "label", "fields")
_SHOWN_OF_DECISION = ("outcome", "elements", "instruction", "stores", "findings", "uses")


class Taken(Protocol):
    """What was left out of a dataset, for which reason, how often (X-02)."""

    @property
    def store(self) -> str:
        """Where."""

    @property
    def dataset(self) -> str:
        """In which dataset."""

    @property
    def reason(self) -> str:
        """Why, in the language of the letter."""

    @property
    def what(self) -> str:
        """Words for what was left out; empty for places that were blacked out."""

    @property
    def count(self) -> int:
        """How many places or files."""


def kind_of(case: Case) -> Kind:
    """What is approved for the right of this case."""
    if Right(case.right) in BY_DECISION:
        return Kind.DECISION
    return Kind.PACKAGE if Right(case.right) in CHANGES_NO_STORE else Kind.PLAN


def of_package(*, details: dict[str, Any], letter: str, redactions: Iterable[Taken]) -> dict[str, Any]:
    """The summary of a package: what the manifest counts, the text of its letter, and what was taken out, in numbers."""
    taken = [[one.store, one.dataset, one.reason, one.what, one.count] for one in redactions]
    files = {one["path"]: one["size"] for one in details.get("files", [])}
    return {
        "counts": details.get("counts", {}),
        "files": files,
        "attached": details.get("attached", {}).get("files", 0),
        "letter": [part.strip() for part in letter.split("\n\n") if part.strip()],
        "redactions": sorted(taken),
    }


def keep(*, case: Case, sha256: str, content: dict[str, Any], now: datetime) -> AnswerVersion:
    """Keep the summary of what was just made, in the transaction that makes it; what nobody was shown is forgotten."""
    AnswerVersion.objects.filter(case=case, shown_at__isnull=True).delete()
    return _add(case, sha256, content, now, shown_at=None)


def show(*, case: Case, now: datetime) -> None:
    """Note that the current version was handed to a second person, in the transaction that hands it on."""
    last = AnswerVersion.objects.filter(case=case).order_by("-number").first()
    if last is not None and last.shown_at is None and last.sha256 == case.manifest_sha256:
        AnswerVersion.objects.filter(pk=last.pk).update(shown_at=now)
        return
    _add(case, case.manifest_sha256, current(case), now, shown_at=now)


def _add(
    case: Case, sha256: str, content: dict[str, Any], now: datetime, *, shown_at: datetime | None
) -> AnswerVersion:
    number = AnswerVersion.objects.filter(case=case).order_by("-number").values_list("number", flat=True).first() or 0
    row = AnswerVersion(
        controller_id=case.controller_id,
        case=case,
        number=number + 1,
        kind=kind_of(case),
        sha256=sha256,
        made_at=now,
        shown_at=shown_at,
    )
    row.put(content)
    row.save(force_insert=True)
    return row


def current(case: Case) -> dict[str, Any]:
    """The summary of what stands there to be approved; empty while there is nothing."""
    kind = kind_of(case)
    if kind is Kind.PLAN:
        return _of_plan(current_plan(case))
    if kind is Kind.DECISION:
        decided = case.content().get("decision", {}) if case.manifest_sha256 else {}
        return {key: decided[key] for key in _SHOWN_OF_DECISION if key in decided} | _named(case, decided)
    rows = AnswerVersion.objects.select_related("case").filter(case=case, sha256=case.manifest_sha256)
    kept: AnswerVersion | None = rows.order_by("-number").first() if case.manifest_sha256 else None
    if kept is not None:
        return kept.content()
    built = case.artifacts.filter(kind=Artifact.Kind.PACKAGE, superseded_at__isnull=True).first()
    return of_package(details=built.details, letter="", redactions=()) if built else {}


def _of_plan(plan: Plan | None) -> dict[str, Any]:
    if plan is None:
        return {}
    lines = [{key: line.get(key) for key in _SHOWN_OF_PLAN} for line in plan.summary]
    return {"lines": lines, "plan_sha256": plan.sha256}


def _named(case: Case, decided: dict[str, Any]) -> dict[str, Any]:
    """The plan that a decision names: what is written to the stores when it is approved."""
    if not decided:
        return {}
    sha256 = str(decided.get("plan_sha256", ""))
    plan = current_plan(case) if sha256 else None
    return {"lines": [], "plan_sha256": sha256} | _of_plan(plan if plan and plan.sha256 == sha256 else None)


def before(case: Case) -> AnswerVersion | None:
    """The version that somebody saw last for approval, before the one that stands there now; None for a first one."""
    shown = AnswerVersion.objects.select_related("case").filter(case=case, shown_at__isnull=False).order_by("-number")
    # While a version is in review or approved it is the newest that was shown itself.
    now_shown = 1 if State(case.state) in {State.REVIEW, State.APPROVED} else 0
    found: AnswerVersion | None = shown[now_shown : now_shown + 1].first()
    return found
