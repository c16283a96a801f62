"""The first chapters of an evidence pack: the case, its clock, what was asked and written, who she is, where was searched (4.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from dsr import wording
from dsr.cases.purge import keep_until
from dsr.cases.uploads import OURS
from dsr.fulfil import evidence_work
from dsr.fulfil.evidence_reading import coded, day, state, title, tongue
from dsr.law.clock import SuspensionKind
from dsr.law.rights import IdentityLevel
from dsr.law.workflow import Action
from dsr.models import Upload
from dsr.output.evidence import Coded, Passage, Section, Table
from dsr.output.phrases import CHANNELS
from dsr.wording import cases, filed, mails, uploads
from dsr.wording.filed import spelled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.fulfil.evidence_reading import Reading

_IDENTITY: Final = frozenset(
    {
        "identified",
        "identity_failed",
        "identity_partly",
        "identity_way",
        Action.ASK_IDENTITY.value,
        Action.CONFIRM_IDENTITY.value,
        Action.ACCEPT.value,
        Action.CLOSE_NOT_IDENTIFIED.value,
        "upload_seen",
        "opened_by_letter",
    }
)

_SHOWN_BY: Final[Mapping[str, Mapping[str, object]]] = {
    "method": filed.METHODS,
    "way": filed.METHODS,
    "level": {str(level.value): words for level, words in cases.IDENTITY_LEVELS.items()},
    "outcome": filed.CHECKED,
    "reason": {},
}


def the_case(reading: Reading) -> Section:
    """What the case is, how it stands, who has it, and until when its file is kept (4.5)."""
    case, controller = reading.case, reading.case.controller
    until = keep_until(case)
    flags = [
        str(words)
        for on, words in (
            (case.extended, _("extended")),
            (case.late_refusal, _("refused after the first month")),
            (case.contested_at, _("contested")),
            (case.joint_controller, _("another controller answers as well (Art. 26)")),
            (case.processor_forwarded, _("passed on to the controller we process for (Art. 28)")),
        )
        if on
    ]
    facts = (
        (_("Reference"), case.request.reference),
        (_("Right"), f"{wording.right(case.right)}, {wording.article(case.right)}"),
        (_("Received"), reading.at(case.request.received_at)),
        (_("Way"), coded(CHANNELS, case.request.channel)),
        (_("State"), state(case.state)),
        (_("Ground"), ground(case.ground)),
        (_("Marks"), ", ".join(flags)),
        (_("Handled by"), reading.colleague(case.handler_id)),
        (_("Decided by"), reading.colleague(case.decider_id)),
        (_("Closed"), reading.at(case.closed_at)),
        (_("Language of the person"), tongue(case.request.language)),
        (
            _("File kept until"),
            day(until) or _("open: three years from the end of the year in which it is closed"),
        ),
        (_("Time zone"), controller.timezone),
    )
    return Section(title=_("The case"), facts=tuple(pair for pair in facts if pair[1]))


def ground(code: str) -> str:
    """A ground in words; empty for none."""
    try:
        return wording.ground(code) if code else ""
    except KeyError:
        return spelled(code)


def clock(reading: Reading) -> Section:
    """How the dates come about, line by line, each pause, and every date that was told (T-01 to T-25)."""
    case = reading.case
    facts = (
        (_("Last day to answer"), day(case.due_on)),
        (_("Last day of the first month"), day(case.first_month_due_on)),
        (_("Own target"), day(case.act_by_on)),
        (_("Told to the person"), day(case.told_due_on)),
        (_("Rules"), f"{case.regime} {case.regime_version}".strip()),
        (_("Calendar"), case.calendar_version),
    )
    pauses = tuple(
        (wording.say(SuspensionKind(row.kind)), day(row.started_on), day(row.ended_on), reading.at(row.reminded_at))
        for row in case.suspensions.order_by("started_at")
    )
    told = tuple(
        (reading.at(event.at), title(event), day(event.data.get("due_before")), day(event.data["due_on"]))
        for event in reading.events
        if event.data.get("due_on")
    )
    return Section(
        title=_("The clock"),
        text=(*wording.explanation(case.explanation), *wording.explanation(case.warnings)),
        facts=tuple(pair for pair in facts if pair[1]),
        tables=(
            Table(
                "pauses",
                _("Pauses of the clock"),
                (_("Asked for"), _("From"), _("Until before"), _("Reminded")),
                pauses,
            ),
            Table(
                "dates",
                _("Each date as it was reckoned and told"),
                (_("When"), _("On what occasion"), _("Before"), _("Last day to answer")),
                told,
            ),
        ),
    )


def conversation(reading: Reading) -> Section:
    """The words of the request and every message, with what became of each mail (proof of sending)."""
    request = reading.case.request
    rows, passages = [], []
    if reading.with_words:
        said = request.content()
        passages.append(Passage(_("The request, as it arrived"), str(said.get("words", "")) or _("(no words)")))
    for number, message in enumerate(request.messages.order_by("created_at", "pk"), start=1):
        way = _("by mail") if message.by_mail else _("in the portal")
        frm = _("from the person") if message.inbound else _("to the person")
        rows.append(
            (
                str(number),
                reading.at(message.created_at),
                frm,
                way,
                coded(mails.KINDS, message.kind),
                coded(filed.MESSAGES, message.status),
                reading.at(message.sent_at),
                message.message_id if message.by_mail and not message.inbound else "",
            )
        )
        if reading.with_words and not (message.by_mail and not message.inbound):
            body = str(message.content().get("body", ""))
            passages.append(Passage(f"{number}. {reading.at(message.created_at)}, {frm}", body or _("(no words)")))
    lines = () if reading.with_words else (_("Without the words: this pack is log and metadata."),)
    return Section(
        title=_("Request and messages"),
        text=lines,
        facts=_asker(reading),
        tables=(
            Table(
                "messages",
                _("Messages and mails, with what became of them"),
                (_("No."), _("Time"), _("Direction"), _("Way"), _("Kind"), _("State"), _("Sent"), _("Message-ID")),
                tuple(rows),
            ),
        ),
        passages=tuple(passages),
    )


def _asker(reading: Reading) -> tuple[tuple[str, str], ...]:
    if not reading.with_words:
        return ()
    said = reading.case.request.content()
    given = ", ".join(f"{filed.said(filed.IDENTIFIERS, kind)} {value}" for kind, value in said.get("identifiers", []))
    facts = (
        (_("Name given"), str(said.get("name", ""))),
        (_("Contact given"), str(said.get("contact_email") or said.get("contact_post") or "")),
        (_("Identifiers given"), given),
    )
    return tuple(pair for pair in facts if pair[1])


def _how(data: Mapping[str, Any]) -> Coded:
    """By what an identity was shown, or why not: what the event holds of it, in words."""
    found = [coded(table, data[key]) for key, table in _SHOWN_BY.items() if data.get(key)]
    return Coded(", ".join(found), ", ".join(one.words for one in found))


def identity(reading: Reading) -> Section:
    """What was checked, how, when and with which result; never a proof itself (I-01 to I-07, 4.5)."""
    request = reading.case.request
    rows = tuple(
        (
            reading.at(event.at),
            title(event),
            reading.who(event.actor_kind, event.actor_id),
            _how(event.data),
        )
        for event in reading.of(_IDENTITY)
    )
    proofs = tuple(
        (
            uploads.purpose(row.purpose) if row.purpose in set(Upload.Purpose) else row.purpose,
            reading.at(row.created_at),
            reading.at(row.seen_at),
            reading.at(row.deleted_at),
        )
        for row in request.uploads.exclude(purpose__in=OURS).order_by("created_at", "pk")
    )
    facts = (
        (_("Known"), wording.say(IdentityLevel(request.identity_level))),
        (_("Method"), coded(filed.METHODS, request.identity_method)),
        (_("Since"), reading.at(request.identified_at)),
    )
    return Section(
        title=_("Identity"),
        text=(_("What was checked and with which result. Proofs that somebody sent are not part of this file."),),
        facts=tuple(pair for pair in facts if pair[1]),
        tables=(
            *evidence_work.checks(reading),
            Table("identity", _("Steps"), (_("Time"), _("What happened"), _("By whom"), _("How")), rows),
            Table(
                "proofs",
                _("Files that the person sent"),
                (_("For"), _("Arrived"), _("Looked at"), _("Deleted")),
                proofs,
            ),
        ),
    )
