"""The last chapters of an evidence pack: who was told, what was handed out, what went wrong, under which set-up (4.4, 4.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dsr.fulfil import evidence_told, evidence_work
from dsr.fulfil.evidence_reading import coded, day
from dsr.models import Artifact, BreakGlass, Escalation, Incident, SetupEvent
from dsr.output.cells import to_json
from dsr.output.evidence import Coded, Section, Table
from dsr.wording import filed
from dsr.wording import setup as setup_words
from dsr.wording.letters import RUNGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    from dsr.fulfil.evidence_reading import Reading

# Of the set-up, what a date, an answer or an erasure rests on; who works here and how the brand looks is none of it.
CONCERNS: Final[Mapping[str, _StrPromise]] = {
    "calendar_day_set": gettext_lazy("Day of the calendar set"),
    "controller_changed": gettext_lazy("Controller changed"),
    "ladder_changed": gettext_lazy("Escalation steps changed"),
    "letter_words_changed": gettext_lazy("Words of a letter changed"),
    "retention_row_added": gettext_lazy("Retention row added"),
    "retention_row_removed": gettext_lazy("Retention row removed"),
    "signing_key_rotated": gettext_lazy("Signing key replaced"),
}
_SHOWN: Final = 300


def recipients(reading: Reading) -> Section:
    """Who was told (Art. 19), or why not."""
    settled = dict(reading.case.content().get("recipients", {}))
    told = sum(1 for why in settled.values() if not why)
    rows = tuple(
        (str(name), _("told") if not why else _("not told"), str(why or "")) for name, why in sorted(settled.items())
    )
    words = ngettext("%(n)s recipient was told.", "%(n)s recipients were told.", told) % {"n": told}
    return Section(
        title=_("Recipients told (Art. 19)"),
        text=(words,) if settled else (_("No recipient is noted in this case."),),
        tables=(
            Table("recipients", _("Recipients"), (_("Recipient"), _("State"), _("Why not")), rows),
            evidence_told.notices(reading),
        ),
    )


def answer(reading: Reading) -> Section:
    """The answer as it was released: hash, size, index; its content only where it was asked for."""
    rows = []
    for file in released(reading):
        counts = file.details.get("counts", {})
        records = sum(sum(sets.values()) for sets in counts.values()) if isinstance(counts, dict) else 0
        rows.append(
            (
                coded(filed.FILES, file.kind),
                file.file_name,
                str(file.size),
                str(records or ""),
                file.sha256,
                str(file.details.get("manifest_sha256", "")),
                reading.at(file.released_at),
                reading.at(file.expires_at),
                reading.at(file.revoked_at),
            )
        )
    return Section(
        title=_("The answer as it was released"),
        text=() if rows else (_("No answer was released as a file."),),
        tables=(
            Table(
                "answer",
                _("Files of the answer"),
                (
                    _("Kind"),
                    _("File"),
                    _("Bytes"),
                    _("Records"),
                    _("SHA-256"),
                    _("SHA-256 of the list of files"),
                    _("Released"),
                    _("Until"),
                    _("Taken back"),
                ),
                tuple(rows),
            ),
            evidence_told.transmission(reading),
        ),
    )


def released(reading: Reading) -> list[Artifact]:
    """The files of the answer that were released, in their order."""
    return list(reading.case.artifacts.filter(released_at__isnull=False).order_by("released_at", "kind", "pk"))


def incidents(reading: Reading) -> Section:
    """What went wrong: answers that were late, who was warned when, and who read the file under break-glass (1.7, 4.3)."""
    case = reading.case
    late = tuple(
        (reading.at(row.opened_at), filed.said(filed.INCIDENTS, row.kind), day(row.due_on))
        for row in Incident.objects.filter(case=case).order_by("opened_at", "pk")
    )
    rungs = tuple(
        (reading.at(row.at), coded(RUNGS, row.rung), day(row.counted_to), str(row.told.count()))
        for row in Escalation.objects.filter(case=case).order_by("at", "pk")
    )
    reads = reading.of({"glass_read"})
    glasses = {
        str(row.pk): row
        for row in BreakGlass.objects.of(case.controller).filter(pk__in={event.data.get("glass") for event in reads})
    }
    broken = []
    for event in reads:
        row = glasses.get(str(event.data.get("glass")))
        reviewed = reading.at(row.reviewed_at) if row else ""
        who = reading.who(event.actor_kind, event.actor_id)
        broken.append((reading.at(event.at), who, coded({}, event.data.get("page", "")), reviewed))
    return Section(
        title=_("Incidents"),
        text=()
        if late or broken
        else (_("No incident: nothing was late, and nobody broke the glass to read this file."),),
        tables=(
            Table("overdue", _("Late answers"), (_("Noted"), _("Kind"), _("Was due")), late),
            Table(
                "escalation",
                _("Warnings that time is running out"),
                (_("Time"), _("Step"), _("Counted to"), _("People told")),
                rungs,
            ),
            Table(
                "break-glass",
                _("Read under break-glass"),
                (_("Time"), _("By whom"), _("Page"), _("Reviewed")),
                tuple(broken),
            ),
            evidence_work.flood(reading),
            evidence_told.authorities(reading),
        ),
    )


def _cut(words: str) -> str:
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"


def _before_and_after(data: Mapping[str, Any], reading: Reading) -> str:
    """A change of the set-up as the desk tells it; what is for machines only stays in the table beside the summary."""
    words = setup_words
    changes: dict[str, list[Any]] = data.get("changes", {})
    told = [
        f"{words.field(name)}: {words.value(name, old, reading.names)} → {words.value(name, new, reading.names)}"
        for name, (old, new) in changes.items()
    ]
    rest = {name: held for name, held in data.items() if name not in words.HIDDEN and held not in ("", None)}
    told += [f"{words.field(name)}: {words.value(name, held, reading.names)}" for name, held in rest.items()]
    return "; ".join(told)


def setup(reading: Reading) -> Section:
    """What was changed in the set-up between receipt and end that dates and answers rest on, with the hash of each change."""
    case = reading.case
    rows = SetupEvent.objects.of(case.controller).filter(kind__in=CONCERNS, at__gte=case.request.received_at)
    rows = rows.filter(at__lte=case.closed_at) if case.closed_at else rows
    found = []
    for row in rows.order_by("seq"):
        words = to_json(row.data.get("changes", {key: one for key, one in row.data.items() if key != "note"}))
        found.append(
            (
                str(row.seq),
                reading.at(row.at),
                str(CONCERNS[row.kind]),
                Coded(_cut(words), _cut(_before_and_after(row.data, reading))),
                row.hash,
            )
        )
    return Section(
        title=_("Changes to the set-up during the case"),
        text=() if found else (_("None of the settings that dates and answers rest on was changed during the case."),),
        tables=(
            Table(
                "setup",
                _("Changes, from the chain of the set-up"),
                (_("No."), _("Time"), _("What"), _("Before and after"), _("Hash")),
                tuple(found),
            ),
        ),
    )
