"""The chapters of an evidence pack about measures that last beyond the answer: what is still kept, looks at what was restricted
or corrected, marketing that stopped (rules 3.4.2, 6.4, Q-04, R-06, O-03, 4.6).

Codes, counts, days and hashes: nothing here is a word of anybody, so these chapters stand in a pack of every extent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dsr import wording
from dsr.fulfil.evidence_reading import coded, day, several
from dsr.fulfil.stores import label_of
from dsr.law.restricting import RestrictionScope
from dsr.law.rights import RestrictionGround
from dsr.models import CorrectionSheet, Erasure, KeptLine, Recheck, Rescan, Restriction, Suppression
from dsr.output.evidence import Section, Table
from dsr.wording import filed
from dsr.wording.letters import DOCUMENT_CLASSES
from dsr.wording.marketing import CHANNELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.utils.functional import _StrPromise

    from dsr.fulfil.evidence_reading import Reading

WHY_KEPT: Final[Mapping[str, _StrPromise]] = {
    KeptLine.Why.LAW: gettext_lazy("a law demands it"),
    KeptLine.Why.CONTRACT: gettext_lazy("a contract still runs"),
    KeptLine.Why.DISPUTE: gettext_lazy("a dispute is open"),
    KeptLine.Why.MAP: gettext_lazy("the data map keeps it"),
}
KEPT_STATES: Final[Mapping[str, _StrPromise]] = {
    KeptLine.Status.KEPT: gettext_lazy("kept"),
    KeptLine.Status.DUE: gettext_lazy("its end is being looked at"),
    KeptLine.Status.GONE: gettext_lazy("gone"),
    KeptLine.Status.REPLACED: gettext_lazy("replaced by a later line"),
}
SCOPES: Final[Mapping[str, _StrPromise]] = {
    RestrictionScope.PERSON: gettext_lazy("all data of the person"),
    RestrictionScope.DATASETS: gettext_lazy("the data sets named"),
    RestrictionScope.ITEM: gettext_lazy("one item, described in words"),
    RestrictionScope.USES: gettext_lazy("the uses named"),
}
LOOKS: Final[Mapping[str, _StrPromise]] = {
    Recheck.Outcome.HOLDS: gettext_lazy("the correction holds"),
    Recheck.Outcome.CAME_BACK: gettext_lazy("another value stands there"),
    Recheck.Outcome.REPLACED: gettext_lazy("a later plan took its place"),
}
LISTED_BY: Final[Mapping[str, _StrPromise]] = {
    Suppression.Source.PORTAL: gettext_lazy("in the portal"),
    Suppression.Source.LINK: gettext_lazy("by the link in a mail"),
    Suppression.Source.STAFF: gettext_lazy("by a colleague"),
    Suppression.Source.REQUEST: gettext_lazy("by this request"),
}


def kept(reading: Reading) -> Section:
    """What stayed after an erasure and until when, the looks that followed, and what the ledger remembers (3.4.2, 6.4 no. 7)."""
    lines = tuple(_kept_rows(reading))
    rescans = tuple(
        (
            _store(reading, row.store),
            str(row.days),
            reading.at(row.due_at),
            reading.at(row.done_at),
            "" if row.found is None else str(row.found),
        )
        for row in Rescan.objects.filter(case=reading.case).order_by("store", "days")
    )
    ledger = tuple(
        (
            _store(reading, row.store),
            reading.at(row.applied_at),
            reading.at(row.kept_at),
            reading.at(row.replayed_at),
            day(row.ends_on),
            row.plan_sha256,
        )
        for row in Erasure.objects.filter(case=reading.case).order_by("applied_at", "store", "pk")
    )
    return Section(
        title=_("What is kept, and looks after the erasure"),
        text=()
        if lines or rescans or ledger
        else (_("Nothing was erased in this case, so nothing was left to keep."),),
        tables=(
            Table(
                "kept",
                _("What stayed, why, and until when"),
                (
                    _("System"),
                    _("Data set"),
                    _("Records"),
                    _("Why"),
                    _("Law"),
                    _("Kept until"),
                    _("Restricted"),
                    _("State"),
                    _("Since"),
                ),
                lines,
                widths=(10, 16, 8, 12, 12, 12, 10, 8, 0),
            ),
            Table(
                "rescans",
                _("Systems read again after the erasure"),
                (_("System"), _("Days after"), _("Due"), _("Done"), _("Records found")),
                rescans,
            ),
            Table(
                "ledger",
                _("Ledger of erasures, by which a restored backup is erased again"),
                (
                    _("System"),
                    _("Carried out"),
                    _("Written outside"),
                    _("Erased again"),
                    _("Remembered until"),
                    _("SHA-256"),
                ),
                ledger,
            ),
        ),
    )


def _kept_rows(reading: Reading) -> Iterator[tuple[str, ...]]:
    for row in KeptLine.objects.filter(case=reading.case).order_by(
        "store", "dataset", "document_year", "made_at", "pk"
    ):
        yield (
            _store(reading, row.store),
            row.label.get(reading.language) or row.dataset,
            str(row.count),
            str(WHY_KEPT[row.why]),
            row.law or coded(DOCUMENT_CLASSES, row.document_class),
            day(row.ends_on or row.until) or _("until an event ends it"),
            _("yes") if row.restricted else _("no"),
            str(KEPT_STATES[row.status]),
            reading.at(row.made_at),
        )


def restrictions(reading: Reading) -> Section:
    """Each restriction with its ground and its end, and what the nightly looks at the stores found (Art. 18, Q-04)."""
    found = list(Restriction.objects.filter(case=reading.case).order_by("set_at", "pk"))
    rows = tuple(
        (
            wording.say(RestrictionGround(row.ground)),
            str(SCOPES[row.scope]),
            ", ".join(str(part) for part in row.parts),
            reading.at(row.set_at),
            reading.colleague(row.set_by_id) or _("the system"),
            day(row.release_after),
            day(row.lift_told_on),
            day(row.lift_on),
            reading.at(row.ended_at),
            day(row.checked_on),
        )
        for row in found
    )
    return Section(
        title=_("Restriction (Art. 18)"),
        text=() if rows else (_("Nothing was restricted in this case."),),
        tables=(
            Table(
                "restrictions",
                _("Restrictions, and until when"),
                (
                    _("Ground"),
                    _("What"),
                    _("Parts"),
                    _("Set"),
                    _("By whom"),
                    _("Lasts at least until"),
                    _("End was told"),
                    _("To be lifted"),
                    _("Ended"),
                    _("Last look"),
                ),
                rows,
            ),
            Table(
                "restriction-looks",
                _("What the looks at the systems found"),
                (_("Time"), _("What happened"), _("System"), _("Data set"), _("Finding"), _("Columns")),
                tuple(_looks(reading)),
            ),
        ),
    )


def _looks(reading: Reading) -> Iterator[tuple[str, ...]]:
    """Each look that found something else than the one before; a night on which all was as before leaves no event."""
    for event in reading.of({"restriction_drift", "restriction_holds", "restriction_set_again"}):
        said = wording.event(event.action)
        drift: list[dict[str, Any]] = event.data.get("drift", []) or [{}]
        for one in drift:
            store = str(one.get("store", "")) or ", ".join(event.data.get("stores", []))
            columns = ", ".join(str(name) for name in one.get("columns", []))
            yield (
                reading.at(event.at),
                said,
                store,
                str(one.get("dataset", "")),
                coded(filed.DRIFT, one.get("code", "")),
                columns,
            )


def corrections(reading: Reading) -> Section:
    """When the stores were read and the values decided, and the looks whether a feed brings an old value back (R-06, SC-08)."""
    sheet = CorrectionSheet.objects.filter(case=reading.case).first()
    facts = (
        (_("Systems read"), reading.at(sheet.read_at) if sheet else ""),
        (_("Values decided"), reading.at(sheet.decided_at) if sheet else ""),
    )
    rows = tuple(
        (
            _store(reading, row.store),
            day(row.due_on),
            reading.at(row.done_at),
            str(LOOKS[row.outcome]) if row.outcome else "",
            str(row.differs) if row.done_at else "",
            ", ".join(str(place) for place in row.places),
            row.plan.sha256,
        )
        for row in Recheck.objects.filter(case=reading.case).select_related("plan").order_by("due_on", "store", "pk")
    )
    return Section(
        title=_("Looks after a correction"),
        text=() if rows else (_("No system was looked at again after a correction in this case."),),
        facts=tuple(pair for pair in facts if pair[1]),
        tables=(
            Table(
                "rechecks",
                _("Looks, and what was found"),
                (
                    _("System"),
                    _("Due"),
                    _("Done"),
                    _("Result"),
                    _("Records that differ"),
                    _("Data sets"),
                    _("SHA-256 of the plan"),
                ),
                rows,
            ),
        ),
    )


def stops(reading: Reading) -> Section:
    """Entries of the suppression list that came from this request: no address, only how it was hashed and for what (O-03, O-04)."""
    rows = tuple(
        (
            coded(filed.HASHED, row.kind),
            several(CHANNELS, row.channels),
            reading.at(row.since),
            str(LISTED_BY[row.source]),
            day(row.review_on),
        )
        for row in Suppression.objects.filter(request=reading.case.request_id).order_by("since", "kind", "pk")
    )
    words = ngettext(
        "%(n)s address or number gets no marketing.", "%(n)s addresses or numbers get no marketing.", len(rows)
    )
    return Section(
        title=_("Marketing stopped"),
        text=(words % {"n": len(rows)},) if rows else (_("No entry of the suppression list came from this request."),),
        tables=(
            Table(
                "suppression",
                _("Entries of the suppression list, which holds hashes only"),
                (_("What was hashed"), _("Channels"), _("Since"), _("How it came"), _("To be reviewed")),
                rows,
            ),
        ),
    )


def _store(reading: Reading, name: str) -> str:
    """A store by its label and name; by its name where it is no longer configured."""
    config = reading.stores.get(name)
    return f"{label_of(config, reading.language)} ({name})" if config else name
