"""Tables of an evidence pack about how the work was done: what was approved, keys used, codes and checks, departments asked, what each system did,
what went to another controller, and why a filing was held (4.6: list of systems searched and keys used).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from dsr.fulfil.evidence_reading import coded, day, place
from dsr.models import (
    AnswerVersion,
    HandTask,
    IdentityCheck,
    OneTimeCode,
    Subject,
    Suspicion,
    Task,
)
from dsr.output.evidence import Coded, Section, Table
from dsr.wording import filed, hand
from dsr.wording.filed import OPERATIONS
from dsr.wording.flood import MARKS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    from dsr.fulfil.evidence_reading import Reading

# What a store answered to these is in a chapter of its own; the number of files collected is in none.
_TOLD_ELSEWHERE: Final = frozenset({"collect", "verify"})
STATES: Final[Mapping[str, _StrPromise]] = {
    Task.Status.DONE: gettext_lazy("done"),
    Task.Status.WAIVED: gettext_lazy("left out by a privacy lead, with a reason"),
    Task.Status.CANCELLED: gettext_lazy("cancelled"),
}
SETTLED: Final[Mapping[str, _StrPromise]] = {
    Suspicion.Outcome.RELEASED: gettext_lazy("let through"),
    Suspicion.Outcome.DISMISSED: gettext_lazy("closed"),
    Suspicion.Outcome.TAKEN_UP: gettext_lazy("let through, because the sender said that it is real"),
}


KINDS_OF_VERSION: Final[Mapping[str, _StrPromise]] = {
    AnswerVersion.Kind.PACKAGE: gettext_lazy("package"),
    AnswerVersion.Kind.PLAN: gettext_lazy("plan"),
    AnswerVersion.Kind.DECISION: gettext_lazy("decision"),
}


def versions(reading: Reading) -> Section:
    """Each version of what there was to approve, by its hash: which one a second person was shown, which one she approved."""
    case = reading.case
    rows = tuple(
        (
            str(row.number),
            str(KINDS_OF_VERSION[row.kind]),
            reading.at(row.made_at),
            reading.at(row.shown_at),
            _("approved") if row.sha256 == case.approved_sha256 else "",
            row.sha256,
        )
        for row in AnswerVersion.objects.filter(case=case).order_by("number")
    )
    return Section(
        title=_("Versions of what was approved"),
        text=() if rows else (_("Nothing was put before a second person in this case."),),
        tables=(
            Table(
                "versions",
                _("Versions, in the order in which they were made"),
                (_("No."), _("Kind"), _("Made"), _("Shown to a second person"), _("State"), _("SHA-256")),
                rows,
            ),
        ),
    )


def keys_used(reading: Reading) -> Table:
    """By what the systems were searched and which system taught it (6.1); the values where words go in."""
    row = Subject.objects.filter(request=reading.case.request_id).select_related("request").first()
    known: list[dict[str, Any]] = row.content().get("identifiers", []) if row else []
    rows = sorted(
        (
            coded(filed.IDENTIFIERS, one.get("kind", "")),
            str(one.get("value", "")) if reading.with_words else "",
            place(reading, str(one.get("store", ""))),
            _learned(reading, str(one.get("link", ""))),
        )
        for one in known
    )
    return Table(
        "keys",
        _("What the systems were searched by"),
        (_("Kind"), _("Value"), _("System"), _("How it was learned")),
        tuple(rows),
    )


def _learned(reading: Reading, link: str) -> Coded:
    """How a key became known: shown, decided, or by which link of which store."""
    store, parted, name = link.partition(":")
    if not parted:
        return coded(filed.LEARNED, link)
    return Coded(link, f"{place(reading, store).words}: {filed.spelled(name)}")


def checks(reading: Reading) -> tuple[Table, Table]:
    """Codes to a contact on file and checks that a colleague made; neither a code nor where it went (I-02, I-04)."""
    request = reading.case.request_id
    codes = tuple(
        (
            coded(filed.CODES, row.purpose),
            coded(filed.WAYS, row.way),
            reading.at(row.created_at),
            reading.at(row.sent_at or row.posted_at),
            reading.at(row.used_at),
        )
        for row in OneTimeCode.objects.filter(request=request).order_by("created_at", "pk")
    )
    made = tuple(
        (
            coded(filed.CHECKS, row.kind),
            reading.at(row.created_at),
            day(row.due_on),
            str(row.tries),
            reading.at(row.closed_at),
            reading.colleague(row.closed_by_id),
            coded(filed.CHECKED, row.outcome),
        )
        for row in IdentityCheck.objects.filter(request=request).order_by("created_at", "pk")
    )
    return (
        Table(
            "codes",
            _("One-time codes"),
            (pgettext("heading in an evidence file", "For"), _("Way"), _("Made"), _("Sent"), _("Used")),
            codes,
        ),
        Table(
            "checks",
            _("Checks by a colleague"),
            (_("Kind"), _("Since"), _("Due"), _("Tries"), _("Closed"), _("By whom"), _("Result")),
            made,
        ),
    )


def departments(reading: Reading) -> Table:
    """Departments that were asked for what no program does: when, until when, and what they said."""
    rows = tuple(
        (
            place(reading, row.task.store),
            coded(OPERATIONS, row.task.operation),
            str(row.round),
            reading.at(row.asked_at),
            day(row.answer_by),
            str(sum(mail.sent_at is not None for mail in row.mails.all())),
            reading.at(max((link.opened_at for link in row.links.all() if link.opened_at), default=None)),
            reading.at(row.answered_at),
            hand.outcome(row.outcome),
        )
        for row in HandTask.objects.filter(task__case=reading.case)
        .select_related("task")
        .prefetch_related("mails", "links")
        .order_by("asked_at", "pk")
    )
    return Table(
        "departments",
        _("Departments asked"),
        (
            _("System"),
            _("What for"),
            _("Round"),
            pgettext("heading in an evidence file", "Asked"),
            _("Answer by"),
            _("Mails sent"),
            _("Opened"),
            pgettext("heading in an evidence file", "Answered"),
            _("Answer"),
        ),
        rows,
    )


def work(reading: Reading) -> Table:
    """What each system was asked to do beside the search, and whether it is done; why not is in the history, where it may be told."""
    rows = tuple(
        (
            coded(OPERATIONS, task.operation),
            place(reading, task.store),
            str(STATES.get(task.status, _("not finished"))),
            reading.at(task.created_at),
            reading.at(task.finished_at) if task.status in STATES else "",
        )
        for task in reading.case.tasks.exclude(operation__in=_TOLD_ELSEWHERE).order_by(
            "created_at", "operation", "store"
        )
    )
    return Table(
        "work",
        _("Steps that systems were asked for"),
        (
            pgettext("heading in an evidence file", "Step"),
            _("System"),
            _("State"),
            pgettext("heading in an evidence file", "Asked"),
            _("Finished"),
        ),
        rows,
    )


def flood(reading: Reading) -> Table:
    """Whether the filing was held as part of a flood, why, and who let it through; its clock ran on."""
    rows = tuple(
        (
            reading.at(row.marked_at),
            ", ".join(filed.said(MARKS, code) for code in row.reasons),
            reading.at(row.settled_at),
            reading.colleague(row.settled_by_id),
            str(SETTLED[row.outcome]) if row.outcome else "",
        )
        for row in Suspicion.objects.filter(request=reading.case.request_id)
    )
    return Table(
        "held-filing",
        _("Held as part of a flood of filings"),
        (_("Held"), _("Why"), _("Settled"), _("By whom"), _("Result")),
        rows,
    )
