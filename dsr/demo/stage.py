"""Playing a request forward in the past: each step calls the verb a person or the worker would call, with the time of then."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from dsr.cases import actors, answer, endings, identity, perform, redactions, tasks
from dsr.cases.hand_answers import Said, hand_of
from dsr.cases.hand_tasks import ask
from dsr.cases.redactions_open import waiting
from dsr.cases.scope import stores_of
from dsr.demo.office import STAFF, STORE, account
from dsr.demo.vendors import SYSTEMS, known
from dsr.fulfil import hand, operations
from dsr.law.attest import ATTESTATIONS
from dsr.law.rights import Right
from dsr.models import Case, Kind, Request, Task
from exporters.contract import Permanent, Temporary

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.demo.people import Person
    from dsr.law.rights import Ground
    from dsr.law.workflow import Actor
    from dsr.models import User

ANNA, MARA, OTTO = (login.email for login in STAFF[:3])
BY_HAND = "visits"
"""The store no program reaches."""
ROUNDS = 20
"""Tasks a request may lead to while it is played; more would mean that one never ends."""
SATURDAY = 5


class Stage:
    """One request while its story is played. `days` are days before the start of the demo."""

    def __init__(self, *, request: Request, person: Person, now: datetime) -> None:
        self._request = request
        self._person = person
        self._now = now
        self._last = request.received_at
        self._case_id = request.cases.get().pk

    def intake_assigns(self, *, days: int) -> None:
        """Anna gives the case to Mara."""
        perform.assign(case_id=self._case_id, to=self._user(MARA), actor=self._staff(ANNA), now=self._at(days))

    def confirm(self, *, days: int, method: str, numbered: bool = True) -> None:
        """Mara has established who the person is; without `numbered` she noted no customer number."""
        known = self._known() if numbered else ()
        identity.confirm(request=self._request, method=method, known=known, actor=self._staff(MARA), now=self._at(days))

    def link(self, *, days: int) -> None:
        """The subscriber has proved the links of her account to her customer numbers by a code to the contact on file."""
        user = account(self._request.controller, self._person.email, kind=Kind.SUBSCRIBER)
        now = self._at(days)
        for store, number in self._known():
            identity.link(
                user=user,
                store=store,
                customer_number=number,
                contact=self._person.email,
                method="code",
                now=now,
            )

    def ask_identity(self, *, days: int, doubt: str) -> None:
        """Mara asks who the person is, for a concrete doubt."""
        identity.ask(case_id=self._case_id, doubt=doubt, seen_version=None, actor=self._staff(MARA), now=self._at(days))
        self._work()

    def collect(self, *, days: int, by_hand: bool = True) -> None:
        """Mara starts the search, and the stores answer; the field service, too, by telephone, unless not `by_hand`."""
        answer.start_collection(case_id=self._case_id, actor=self._staff(MARA), now=self._at(days))
        self._work()
        task = Task.objects.filter(case=self._case_id, store=BY_HAND, operation="collect", status="manual").first()
        if by_hand and task is not None:
            said = Said("nothing", "Field service", "No visit at this address, said on the telephone.")
            paper = hand_of(task_id=task.pk, now=self._last)
            hand.answer(hand=paper, said=said, actor=self._staff(MARA), now=self._last)
            operations.after(self._case_id, now=self._last)

    def department_is_late(self, *, days: int) -> None:
        """The field service was asked for what it keeps on paper, and has not answered."""
        task = Task.objects.get(case=self._case_id, store=BY_HAND, operation="collect")
        ask(task_id=task.pk, actor=actors.SYSTEM, now=self._at(days))

    def draft(self, *, days: int, paragraph: str) -> None:
        """Mara has the answer built."""
        answer.draft(case_id=self._case_id, paragraph=paragraph, actor=self._staff(MARA), now=self._at(days))
        self._work()

    def read(self, *, days: int) -> None:
        """Mara reads every text of the answer and accepts what is suggested; what that changes is built again."""
        case = Case.objects.get(pk=self._case_id)
        for item in waiting(case):
            redactions.accept_all(item_id=item.pk, seen=item.version, actor=self._staff(MARA), now=self._at(days))
        case.refresh_from_db()
        if not case.manifest_sha256:
            self.draft(days=days, paragraph=str(case.content().get("paragraph", "")))

    def submit(self, *, days: int) -> None:
        """Mara hands the draft to a second person."""
        answer.submit(case_id=self._case_id, actor=self._staff(MARA), now=self._at(days))

    def approve(self, *, days: int) -> None:
        """Otto approves exactly what was built."""
        case = Case.objects.get(pk=self._case_id)
        answer.approve(
            case_id=case.pk,
            manifest_sha256=case.manifest_sha256,
            actor=self._staff(OTTO),
            now=self._at(days),
            attested=ATTESTATIONS[Right(case.right)],
        )

    def release(self, *, days: int) -> None:
        """Mara releases the approved answer."""
        answer.release(case_id=self._case_id, actor=self._staff(MARA), now=self._at(days))
        self._work()

    def refuse(self, *, days: int, ground: Ground, reason: str, advice: str, balancing: str = "") -> None:
        """Otto refuses with a ground, reasons, and what the subscriber can do."""
        endings.refuse(
            case_id=self._case_id,
            ground=ground.value,
            reason=reason,
            advice=advice,
            balancing=balancing,
            actor=self._staff(OTTO),
            now=self._at(days),
        )
        self._work()

    def withdraw(self, *, days: int, proof: str) -> None:
        """The subscriber takes the request back in writing; Mara notes where that is kept."""
        endings.withdraw(case_id=self._case_id, proof=proof, actor=self._staff(MARA), now=self._at(days))
        self._work()

    def _known(self) -> tuple[tuple[str, str], ...]:
        """Her number in billing, and those that the systems of vendors gave her, where they run: each counts its own way."""
        listed = stores_of(self._request.controller) if known(self._person) else {}
        played = tuple((store, str(self._person.n)) for store in SYSTEMS if store in listed)
        return ((STORE, self._person.customer_no), *played)

    def _user(self, email: str) -> User:
        return account(self._request.controller, email)

    def _staff(self, email: str) -> Actor:
        return actors.staff(self._user(email))

    def _at(self, days: int) -> datetime:
        """A moment in office hours about `days` days ago, never on a weekend, never before what happened last."""
        then = (self._now - timedelta(days=days)).replace(
            hour=9 + self._person.n % 6, minute=self._person.n % 60, second=0, microsecond=0
        )
        then -= timedelta(days=max(0, then.weekday() - SATURDAY + 1))
        self._last = min(self._now, max(then, self._last + timedelta(minutes=20)))
        return self._last

    def _work(self, only: str = "") -> None:
        """Do what a worker does with the tasks of this case, a minute apart, in the past; `only` those of one operation."""
        for _ in range(ROUNDS):
            self._last = min(self._now, self._last + timedelta(minutes=1))
            due = tasks.due(self._last).filter(case_id=self._case_id, **({"operation": only} if only else {}))
            task = due.order_by("created_at", "store").first()
            if task is None:
                return
            self._carry_out(task)

    def _carry_out(self, due: Task) -> None:
        task = tasks.claim(task_id=due.pk, now=self._last)
        if task is None:
            return
        try:
            result, effect = operations.run(task, _go_on, now=self._last)
        except (operations.NeedsPersonError, Permanent, Temporary) as error:
            later = isinstance(error, Temporary)
            tasks.fail(
                task=task, code=error.code, place=error.place, temporary=later, actor=actors.SYSTEM, now=self._last
            )
            return
        with transaction.atomic():
            if tasks.finish(task=task, result=result, actor=actors.SYSTEM, now=self._last):
                effect()
        operations.after(task.case_id, now=self._last)


def _go_on(*_: Any) -> None:
    """The heartbeat of a worker that nobody can overtake: the setup runs alone."""
