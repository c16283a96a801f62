"""Steps of a story that do what was asked: decide, restrict, stop, erase; and what comes afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from dsr.cases import (
    actors,
    answer,
    by_hand,
    closings,
    contests,
    corrections,
    decisions,
    hand_tasks,
    legal_holds,
    plans,
    rescans,
    restrictions,
    tasks,
)
from dsr.cases import authority as matters
from dsr.cases.clock import local_date
from dsr.cases.corrections import Decided
from dsr.cases.facts import recipients_left
from dsr.cases.hand_answers import Said, hand_of
from dsr.demo.office import STAFF
from dsr.demo.questions import Questions
from dsr.demo.stage import MARA, OTTO
from dsr.fulfil import hand, operations
from dsr.law.attest import ATTESTATIONS
from dsr.law.decisions import Claim
from dsr.law.rights import Right
from dsr.models import Restriction, Task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.law.letter_elements import Element
    from dsr.law.letters import Outcome
    from dsr.law.rights import RestrictionGround

NORA = STAFF[4].email
WEEK: Final = 7
AGAIN: Final = (8, 31)
"""Days after an erasure on which its stores have been searched again."""


class Scene(Questions):
    """A story with every right in it."""

    # --- decided in words -------------------------------------------------------------------------------------------------

    def decide(self, outcome: Outcome, elements: Mapping[Element, Any], **more: Any) -> None:
        """Mara writes the decision."""
        decision = decisions.Decision(outcome=outcome, elements=elements, **more)
        decisions.draft(case_id=self._case_id, decision=decision, actor=self._staff(MARA), now=self._at(self.next()))

    def agree(self) -> None:
        """Mara hands the decision over; Otto approves it as it stands, and what changes a store begins."""
        self.submit(days=self.next())
        case = self.case()
        decisions.approve(
            case_id=case.pk,
            manifest_sha256=case.manifest_sha256,
            attested=[one.value for one in ATTESTATIONS[Right(case.right)]],
            actor=self._staff(OTTO),
            now=self._at(self.next()),
        )
        self._work()

    def fill_corrections(self, **new: str) -> None:
        """The stores say what they hold; Mara fills the page of corrections: `billing__customers__last_name="Ashe"`."""
        say: dict[str, Any] = {"case_id": self._case_id, "actor": self._staff(MARA)}
        corrections.read_stores(now=self._at(self.next()), **say)
        self._work()
        sheet = corrections.sheet_of(self.case())
        places = [one.place for one in corrections.values_of(sheet)]
        fields = tuple((places.index(place.replace("__", ".")), text) for place, text in new.items())
        item = Decided(claim=Claim.ACCEPTED, fields=fields)
        corrections.decide(items=[item], read_at=sheet.read_at if sheet else None, now=self._at(self.next()), **say)
        self._work()

    def confirm_stores(self, who: str, how: str) -> None:
        """The people behind the stores say that it is done."""
        now = self._at(self.next())
        for task in by_hand.tasks_of(self.case()):
            if task.status == Task.Status.MANUAL:
                by_hand.confirm(task_id=task.pk, who=who, how=how, actor=self._staff(MARA), now=now)
        operations.after(self._case_id, now=now)
        self._work()

    def close(self, recipients: str, **typed: Any) -> None:
        """Mara sends the answer; the case is closed."""
        closings.close(
            case_id=self._case_id,
            recipients=recipients,
            actor=self._staff(MARA),
            now=self._at(self.next()),
            **typed,
        )
        self._work()

    # --- what works at once -----------------------------------------------------------------------------------------------

    def restrict(self, ground: RestrictionGround | None, what: str, instruction: str, **more: Any) -> None:
        """Mara restricts; the stores that a program reaches are set."""
        restrictions.restrict(
            case_id=self._case_id,
            ground=ground.value if ground else "",
            what=what,
            duration="Until we have decided.",
            instruction=instruction,
            actor=self._staff(MARA),
            now=self._at(self.next()),
            **more,
        )
        self._work()

    def announce_lift(self, result: str, reason: str, law: str) -> None:
        """Mara tells her a week before that the restriction ends."""
        now = self._at(self.next())
        row = Restriction.objects.filter(case=self._case_id).order_by("set_at").first()
        restrictions.announce_lift(
            case_id=self._case_id,
            result=result,
            reason=reason,
            law=law,
            lift_on=restrictions.at_earliest(row, local_date(self._request.controller, now)),
            actor=self._staff(MARA),
            now=now,
        )
        self._work()

    def stop_consent(self, instruction: str) -> None:
        """Mara has the stores stop what rests on the consent."""
        restrictions.stop_consent(
            case_id=self._case_id, instruction=instruction, actor=self._staff(MARA), now=self._at(self.next())
        )
        self._work()

    def freeze(self, instruction: str) -> None:
        """Nothing happens on the ground of the decision while a person looks at it."""
        restrictions.freeze(
            case_id=self._case_id,
            instruction=instruction,
            stores=["billing"],
            actor=self._staff(MARA),
            now=self._at(self.next()),
        )
        self._work()

    # --- erasure ----------------------------------------------------------------------------------------------------------

    def plan(self) -> None:
        """Mara has the stores planned."""
        plans.ask_for_plan(case_id=self._case_id, actor=self._staff(MARA), now=self._at(self.next()))
        self._work()

    def approve_plan(self) -> None:
        """Mara hands the plan over, Otto approves it."""
        self.submit(days=self.next())
        case = self.case()
        plans.approve(
            case_id=case.pk,
            plan_sha256=case.manifest_sha256,
            attested=[one.value for one in ATTESTATIONS[Right.ERASURE]],
            actor=self._staff(OTTO),
            now=self._at(self.next()),
        )

    def carry_out(self) -> None:
        """The stores are erased by the plan, and read once more."""
        self._last += timedelta(minutes=5)
        plans.start(case_id=self._case_id, now=self._last)
        self._work()
        self.by_telephone()

    def by_telephone(self) -> None:
        """What the field service does by hand, confirmed on the telephone."""
        for task in Task.objects.filter(case=self._case_id, store="visits", status=Task.Status.MANUAL).order_by("pk"):
            if hand_tasks.may_ask(task):
                hand_tasks.ask(task_id=task.pk, actor=actors.SYSTEM, now=self._last)
            said = Said("nothing", "Field service", "No paper about this customer, said on the telephone.")
            hand.answer(
                hand=hand_of(task_id=task.pk, now=self._last), said=said, actor=self._staff(MARA), now=self._last
            )
        operations.after(self._case_id, now=self._last)
        self._work()

    def tell_recipients(self) -> None:
        """Everybody who received the data was told."""
        left = recipients_left(self.case())
        if left:
            plans.settle_recipients(
                case_id=self._case_id,
                told=sorted(left),
                reasons={},
                actor=self._staff(MARA),
                now=self._at(self.next()),
            )
        self._work()

    def search_again(self) -> None:
        """The stores are searched after 7 and after 30 days, as the tick orders it."""
        erased = self._last
        for days in AGAIN:
            self._last = erased + timedelta(days=days)
            rescans.make_due(now=self._last, limit=50)
            self._work()

    def hold(self, matter: str, reason: str) -> None:
        """Otto stops an erasure for a court."""
        legal_holds.place(
            controller=self._request.controller,
            matter=legal_holds.Matter(matter, "Amtsgericht Nordhafen", reason),
            case=self.case(),
            review_on=local_date(self._request.controller, self._now) + timedelta(days=30),
            actor=self._staff(OTTO),
            now=self._at(self.next()),
        )

    def search(self, *, without: str = "") -> None:
        """Mara starts the search and the stores answer, the field service on the telephone; all but `without`, which is down."""
        answer.start_collection(case_id=self._case_id, actor=self._staff(MARA), now=self._at(self.next()))
        if without:
            self._work(only="locate")
            self._store_is_down("collect", without)
        self._work()
        self.by_telephone()

    def _store_is_down(self, operation: str, store: str) -> None:
        """A worker gives up on a store that does not answer; somebody may try again at the desk."""
        due = Task.objects.filter(
            case=self._case_id, operation=operation, store=store, status=Task.Status.QUEUED
        ).first()
        task = tasks.claim(task_id=due.pk, now=self._last) if due else None
        if task is not None:
            say: dict[str, Any] = {"code": "connection_refused", "place": store, "temporary": False}
            tasks.fail(task=task, actor=actors.SYSTEM, now=self._last, **say)

    # --- afterwards -------------------------------------------------------------------------------------------------------

    def contest(self, reason: str) -> None:
        """The person does not agree: by letter to the lead, or in her account."""
        user = self._request.account
        contests.contest(
            case_id=self._case_id,
            reason=reason,
            actor=actors.subject(str(user.pk)) if user else self._staff(NORA),
            now=self._at(self.next(2)),
        )
        self._work()

    def complained(self, authority: str, reference: str, note: str) -> None:
        """An authority writes: the person has complained to it. Nora notes by which day it wants an answer."""
        now = self._at(self.next())
        today = local_date(self._request.controller, self._now)
        matters.open_case(
            case_id=self._case_id,
            authority=authority,
            reference=reference,
            received_on=local_date(self._request.controller, now),
            answer_due_on=today + timedelta(days=12),
            note=note,
            actor=self._staff(NORA),
            now=now,
        )
