"""Answers that are decided in words: drafted, approved by a second person under one hash, carried out (4.2 nos. 11 to 14).

A decision document holds what was decided and why, every sentence of the letter, and what the stores are asked to do.
It is sealed with the case; its SHA-256 over canonical JSON is the manifest that a second person approves (house.md idea 3),
so that what was on the screen is what the stores get and what the letter says.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from dsr.cases import (
    answer_letters,
    approvals,
    by_hand,
    correction_plans,
    corrections,
    letter_content,
    tasks,
    use_stops,
)
from dsr.cases.actors import SYSTEM
from dsr.cases.duties import Duty
from dsr.cases.perform import ConflictError, RefusedError, insist, perform, record, staff_id
from dsr.law.decisions import BY_DECISION
from dsr.law.letter_elements import Element
from dsr.law.letter_standing import to_write
from dsr.law.letters import ANSWERS, LetterCode, Outcome
from dsr.law.rights import CHANGES_STORE, Right
from dsr.law.workflow import Action, Actor, Refusal, State
from dsr.models import Case
from dsr.vault import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from dsr.cases.letter_content import Elements
    from dsr.models import RowId

SCHEMA: Final = 1
# Known only when the stores have confirmed; `dsr.cases.closings` writes it.
LATER: Final[Mapping[LetterCode, frozenset[Element]]] = {LetterCode.RECTIFICATION: frozenset({Element.SYSTEMS})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is decided. `elements` are whole sentences in the language of the person, `findings` what was weighed and is for
    the file only, `instruction` what the stores `stores` are asked to do, `uses` what programs stop there (codes of the data
    maps' purposes, for an objection that is accepted); `rule_owner` is the account that configured an
    automated decision (O-06), empty for nobody of this office.
    """

    outcome: Outcome
    elements: Elements
    instruction: str = ""
    stores: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    findings: Mapping[str, Any] = field(default_factory=dict)
    rule_owner: str = ""


def document(case: Case, decision: Decision) -> dict[str, Any]:
    """The decision as plain JSON values, in the words that are approved."""
    return {
        "schema": SCHEMA,
        "reference": case.request.reference,
        "right": case.right,
        "language": case.request.language,
        "outcome": decision.outcome.value,
        "elements": {
            element.value: list(text) if isinstance(text, tuple) else text.strip()
            for element, text in decision.elements.items()
            if text
        },
        "instruction": decision.instruction.strip(),
        "stores": sorted(decision.stores),
        "uses": sorted(decision.uses),
        "findings": dict(decision.findings),
        "rule_owner": decision.rule_owner,
        **correction_plans.bound(case),
    }


def digest(decided: Mapping[str, Any]) -> str:
    """SHA-256 of a decision document over its canonical JSON; what is approved."""
    return hashlib.sha256(canonical(dict(decided))).hexdigest()


def decided_of(case: Case) -> dict[str, Any]:
    """The decision document of a case; empty while there is none. MissingKeyError after it was shredded."""
    found: dict[str, Any] = case.content().get("decision", {})
    return found


def elements_of(decided: Mapping[str, Any]) -> dict[Element, str | tuple[str, ...]]:
    """The sentences of the letter in a decision document."""
    return {
        Element(name): tuple(text) if isinstance(text, list) else text
        for name, text in decided.get("elements", {}).items()
    }


@transaction.atomic
def draft(*, case_id: RowId, decision: Decision, actor: Actor, now: datetime, seen_version: int | None = None) -> Case:
    """Write the decision, or write it anew; whoever writes it does not approve it (4.3).

    A decision that grants nothing can be written and handed over; a lead then refuses, with a ground (no. 17).
    RefusedError: `not_drafting`, `right_has_no_decision`, `instruction_missing` when something has to be changed and nobody
    says what. IncompleteLetterError names what the letter lacks (rules 5.1). ConflictError when the case moved meanwhile.
    """
    insist(actor, Duty.DRAFT)
    case = Case.objects.select_related("controller", "request__account").get(pk=case_id)
    _insist_draftable(case, decision, seen_version)
    decided = document(case, decision)
    _insist_complete(case, decision, now)
    case.put(case.content() | {"decision": decided})
    sha256 = digest(decided)
    return record(
        case_id=case_id,
        kind="decision_drafted",
        actor=actor,
        now=now,
        seen_version=case.version,
        changes={
            "sealed": case.sealed,
            "manifest_sha256": sha256,
            "approved_sha256": "",
            "handler_id": staff_id(actor) or case.handler_id,
        },
        data={"manifest_sha256": sha256, "outcome": decision.outcome.value},
    )


def _insist_draftable(case: Case, decision: Decision, seen_version: int | None) -> None:
    if seen_version is not None and case.version != seen_version:
        raise ConflictError
    if Right(case.right) not in BY_DECISION:
        raise RefusedError(Refusal("right_has_no_decision", {}))
    if case.state != State.DRAFTING:
        raise RefusedError(Refusal("not_drafting", {}))
    changes = Right(case.right) in CHANGES_STORE and decision.outcome is not Outcome.REFUSED
    if changes and not decision.instruction.strip() and not corrections.plan_wanted(case):
        raise RefusedError(Refusal("instruction_missing", {}))


def _insist_complete(case: Case, decision: Decision, now: datetime) -> None:
    """Every mandatory sentence is there, but for what only the stores can say."""
    code = ANSWERS[Right(case.right)]
    later = LATER.get(code, frozenset()) & set(to_write(code, outcome=decision.outcome, regime=case.regime))
    letter_content.compose(
        case=case,
        code=code,
        elements={**decision.elements, **dict.fromkeys(later, "-")},
        outcome=decision.outcome,
        paragraph="",
        now=now,
    )


@transaction.atomic
def approve(
    *,
    case_id: RowId,
    manifest_sha256: str,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    attested: Iterable[str] = (),
) -> Case:
    """Approve exactly the decision that was on the screen; what changes a store begins at once (4.2 nos. 13, 14).

    `attested` is what the approver says she looked at (`dsr.law.attest`).
    RefusedError `manifest_changed` when it is another one by now, `all_refused` when it grants nothing (that is a step of
    its own), and the table's own reasons (4.3, O-06).
    """
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    decided = decided_of(case)
    if not decided or manifest_sha256 != case.manifest_sha256 or digest(decided) != manifest_sha256:
        raise RefusedError(Refusal("manifest_changed", {}))
    if decided["outcome"] == Outcome.REFUSED:
        raise RefusedError(Refusal("all_refused", {}))
    signed = approvals.signed(case, attested, actor=actor, now=now)
    case = perform(
        case_id=case_id,
        action=Action.APPROVE,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes={"approved_sha256": manifest_sha256, **signed.changes},
        data={"manifest_sha256": manifest_sha256, "outcome": decided["outcome"], **signed.data},
        extra_facts={"rule_owner_id": decided["rule_owner"], **signed.facts},
    )
    if Right(case.right) not in CHANGES_STORE:
        return case
    case = perform(
        case_id=case_id,
        action=Action.START_EXECUTION,
        actor=SYSTEM,
        now=now,
        data={"manifest_sha256": manifest_sha256},
    )
    if correction_plans.begin(case=case, decided=decided, actor=actor, now=now):
        return case
    words, stores = decided["instruction"], decided["stores"]
    if not use_stops.begin(case=case, uses=decided.get("uses", []), instruction=words, stores=stores, now=now):
        by_hand.begin(case=case, instruction=words, stores=stores, now=now)
    return case


@transaction.atomic
def take_back(*, case_id: RowId, reason: str, actor: Actor, now: datetime, seen_version: int | None = None) -> Case:
    """End an approval that is not carried out to its end: the facts changed, or the decision was wrong (4.0.1).

    What was confirmed stays done; what was not is cancelled. The decision is written anew.
    """
    case = perform(
        case_id=case_id,
        action=Action.PLAN_STALE,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes={"approved_sha256": "", "manifest_sha256": "", "approval_ends_at": None},
        note=reason,
        extra_facts={"reason_given": bool(reason.strip())},
    )
    tasks.cancel_open(case=case)
    correction_plans.give_up(case=case)
    answer_letters.give_up(case=case)
    return case
