"""The chapters of an evidence pack about what was decided and done: reasons, plan and outcome, letters, recipients, answer (4.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.cases.decisions import decided_of
from dsr.fulfil import evidence_told, evidence_work
from dsr.fulfil.evidence_asked import ground
from dsr.fulfil.evidence_reading import REASONED, coded, day, place, title, tongue
from dsr.law.letters import LetterCode
from dsr.law.workflow import Action
from dsr.models import Letter, Plan
from dsr.output.evidence import Coded, Passage, Section, Table
from dsr.wording import filed
from dsr.wording.letters import DOCUMENT_CLASSES, ELEMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.utils.functional import _StrPromise

    from dsr.fulfil.evidence_reading import Reading

_OUT = frozenset(
    {
        "letter_sent",
        "letter_read",
        "letter_downloaded",
        "files_given",
        "enclosure_downloaded",
        "mail_bounced",
        "mail_failed",
        "mail_posted",
        "mail_sent_again",
        "downloaded",
        "delivery_reminded",
        "delivery_confirmed",
        "delivery_revoked",
        "delivery_offered_again",
        "letter_code_made",
        "copy_made",
        "transmitted",
        "transmission_declined",
    }
)
# What a form was filled with, field by field: the decision says the same in order; decision.json has both.
_TYPED: Final = "typed"
# A hold may be the order of an authority that nobody may speak of: then the line says that it stays, and no more.
_UNSPOKEN_REASONS = frozenset({"hold", "legal_hold"})


OCCASIONS: Final[Mapping[str, _StrPromise]] = {
    Plan.Occasion.REPLAY: gettext_lazy("erased again after a restore"),
    Plan.Occasion.RESIDUE: gettext_lazy("a later search found something"),
    Plan.Occasion.KEPT: gettext_lazy("the time for which it was kept is over"),
}


def reasons(reading: Reading) -> Section:
    """Who decided what when, with the reasons that were given for questions, extensions, refusals, approvals (4.6, Art. 12(3), (4))."""
    events = reading.of(REASONED | {Action.SUBMIT_FOR_REVIEW.value, "decision_drafted", "plan_requested"})
    rows = tuple(
        (
            reading.at(event.at),
            title(event),
            reading.who(event.actor_kind, event.actor_id),
            ground(str(event.data.get("ground") or event.data.get("reason") or "")),
            str(event.data.get("manifest_sha256") or event.data.get("plan_sha256") or ""),
        )
        for event in events
    )
    passages = tuple(
        Passage(f"{title(event)}, {reading.at(event.at)}", reading.note(event))
        for event in events
        if reading.note(event)
    )
    return Section(
        title=_("Decisions, approvals and their reasons"),
        text=(_("The roles beside a name are those of today."),),
        tables=(
            Table(
                "decisions",
                _("Who decided what"),
                (_("Time"), _("What"), _("By whom"), _("Ground"), _("SHA-256 of what was decided on")),
                rows,
            ),
        ),
        passages=passages,
    )


def decision(reading: Reading) -> Section:
    """The decision document of a right that is decided in words: what was approved, under its hash (4.2 no. 13)."""
    decided = decided_of(reading.case) if reading.with_words else {}
    passages = [Passage(_element(name), _text(text)) for name, text in decided.get("elements", {}).items()]
    passages += [Passage(*_weighed(name, text)) for name, text in decided.get("findings", {}).items() if name != _TYPED]
    if decided.get("instruction"):
        passages.append(Passage(_("What the systems were asked to do"), decided["instruction"]))
    facts = (
        (_("Outcome"), coded(filed.OUTCOMES, decided.get("outcome", ""))),
        (_("SHA-256 of the document"), reading.case.manifest_sha256),
        (_("SHA-256 of what was approved"), reading.case.approved_sha256),
    )
    return Section(
        title=_("What was decided on"), facts=tuple(pair for pair in facts if pair[1]), passages=tuple(passages)
    )


def _element(name: str) -> str:
    return next((str(words) for element, words in ELEMENTS.items() if element.value == name), name)


def _weighed(name: str, found: Any) -> tuple[str, str]:
    """What was weighed, as (heading, words); of corrections, line by line."""
    if name == "claims":
        lines = (f"{one['what']}: {filed.said(filed.CLAIMS, one['decision'])}. {one['why']}".strip() for one in found)
        return filed.said(filed.WEIGHED, name), "\n".join(lines)
    return filed.said(filed.WEIGHED, name), str(filed.RESULTS.get(str(found), "")) or _text(found)


def _text(value: Any) -> str:
    return "\n".join(str(one) for one in value) if isinstance(value, (list, tuple)) else str(value)


def plan(reading: Reading) -> Section:
    """Every plan with its lines, what was carried out, and what a search found afterwards (3.4, 6.5)."""
    plans = list(reading.case.plans.select_related("approved_by").order_by("number"))
    lines = tuple(row for one in plans for row in _lines(reading, one))
    heads = tuple(
        (
            str(one.number),
            place(reading, one.store) if one.store else _("all systems"),
            coded(filed.PLANS, one.status),
            str(OCCASIONS.get(one.occasion, "")) or coded({}, one.policy),
            reading.at(one.created_at),
            reading.at(one.approved_at),
            reading.at(one.applied_at),
            one.sha256,
        )
        for one in plans
    )
    return Section(
        title=_("Plan and outcome"),
        text=() if plans else (_("This case changed no system by a plan."),),
        tables=(
            Table(
                "plans",
                _("Plans"),
                (
                    _("No."),
                    _("System"),
                    _("State"),
                    _("Occasion or standing policy"),
                    _("Made"),
                    _("Approved"),
                    _("Carried out"),
                    _("SHA-256"),
                ),
                heads,
            ),
            Table(
                "plan-lines",
                _("Lines: what happens to which records, and the law by which something stays"),
                (_("Plan"), _("System"), _("Data set"), _("Treatment"), _("Records"), _("Law"), _("Kept until")),
                lines,
            ),
            Table(
                "carried-out",
                _("What was really changed"),
                (_("System"), _("Data set"), _("Treatment"), _("Changed"), _("When")),
                tuple(_changed(reading)),
            ),
            Table(
                "searched-again",
                _("Search for what is left: places in which an identifier still stood"),
                (
                    _("System"),
                    _("Tables"),
                    _("Columns"),
                    _("Hers"),
                    _("Kept by law"),
                    _("Of others"),
                    _("Of nobody"),
                    _("When"),
                ),
                tuple(_verified(reading)),
            ),
            evidence_work.work(reading),
        ),
    )


def _lines(reading: Reading, one: Plan) -> Iterator[tuple[str, ...]]:
    for line in one.summary:
        hidden = line.get("reason") in _UNSPOKEN_REASONS
        yield (
            str(one.number),
            place(reading, str(line.get("store", "")) or one.store),
            str(line.get("dataset", "")),
            coded(filed.TREATMENTS, line.get("treatment", "")),
            str(line.get("count", "")),
            "" if hidden else str(line.get("law") or "") or coded(DOCUMENT_CLASSES, line.get("document_class") or ""),
            "" if hidden else day(line.get("until")),
        )


def _changed(reading: Reading) -> Iterator[tuple[str, ...]]:
    for task in reading.case.tasks.filter(operation="apply", status="done").order_by("store"):
        for line in task.result.get("lines", ()):
            facts = (
                line.get("dataset", ""),
                coded(filed.TREATMENTS, line.get("treatment", "")),
                str(line.get("changed", "")),
            )
            yield (place(reading, task.store), *facts, reading.at(task.finished_at))


def _verified(reading: Reading) -> Iterator[tuple[str, ...]]:
    for task in reading.case.tasks.filter(operation="verify").order_by("store"):
        counts = (str(task.result.get(key, "")) for key in ("tables", "columns", "hers", "kept", "other", "unlinked"))
        yield (place(reading, task.store), *counts, reading.at(task.finished_at))


def letters(reading: Reading) -> Section:
    """Every letter that left, with its hashes and way, and what is known of its arrival (proof of sending)."""
    rows = tuple(
        (
            one.code,
            letter_title(one.code),
            tongue(one.language),
            reading.at(one.sent_at),
            coded(filed.WAYS, one.channel),
            reading.colleague(one.approved_by_id or one.drafted_by_id) or _("the system"),
            one.pdf_sha256 or one.content_sha256,
        )
        for one in sent_letters(reading)
    )
    proof = tuple(
        (
            reading.at(event.at),
            title(event),
            reading.who(event.actor_kind, event.actor_id),
            _which(event.data),
            str(event.data.get("pdf_sha256") or event.data.get("letter_sha256") or event.data.get("sha256") or ""),
        )
        for event in reading.of(_OUT)
    )
    return Section(
        title=_("Letters and proof of delivery"),
        tables=(
            Table(
                "letters",
                _("Letters that left"),
                (_("Code"), _("Letter"), _("Language"), _("Sent"), _("Way"), _("Decided by"), _("SHA-256")),
                rows,
            ),
            Table(
                "delivery",
                _("What is known of sending and arrival"),
                (_("Time"), _("What happened"), _("By whom"), _("Letter or way"), _("SHA-256")),
                proof,
            ),
            evidence_told.enclosures(reading),
        ),
    )


def _which(data: Mapping[str, Any]) -> Coded:
    """Which letter, or the way it went."""
    if data.get("letter"):
        return Coded(str(data["letter"]), letter_title(str(data["letter"])))
    return coded({**filed.CODES, **filed.WAYS}, data.get("proof") or data.get("channel") or "")


def sent_letters(reading: Reading) -> list[Letter]:
    """The letters that left, in their order."""
    rows = reading.case.letters.filter(status=Letter.Status.SENT).select_related("artifact", "case")
    return list(rows.order_by("sent_at", "code", "pk"))


def letter_title(code: str) -> str:
    """The title of a letter; its code where a later release wrote it."""
    return wording.letter(code) if code in set(LetterCode) else code
