"""The people of the desk for the chaos tests: they take every step that is theirs, and at the end they count."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from dsr.audit import verify_case
from dsr.cases import actors, answer, plans, scope, tasks
from dsr.cases.facts import current_plan
from dsr.cases.perform import ConflictError, RefusedError
from dsr.law.rights import Right
from dsr.models import Case, Message, Task
from dsr.models import Subject as SubjectRow
from tests.chaos import store_yard as yard
from tests.factories import ATTESTED, make_case, make_controller, make_staff
from tests.redacting import settle

if TYPE_CHECKING:
    from pathlib import Path

    from dsr.law.workflow import Actor

OVER = {"completed", "partly_completed"}
SILENCE = 15.0
"""Seconds after which a mail that is on its way was taken by a worker that died: the sink answers at once."""


@dataclass
class Drive:
    """Cases of many subjects, the stores they are in, and the two people who work on them."""

    folder: Path
    erased: list[int]
    copied: list[int]
    answered: int
    handler: Actor
    lead: Actor
    sending: dict[Any, float] = field(default_factory=dict)

    @classmethod
    def make(
        cls, tmp_path: Path, settings: Any, *, erasures: int, accesses: int, collected: int, store: str = "shop"
    ) -> Drive:
        """Stores, controller, staff, and one case for each subject; nothing has run yet.

        `erasures` and `accesses` are carried to their answer; of `collected` further ones the data are only collected.
        """
        folder = tmp_path / "yard"
        settings.DSR_STORES = str(yard.build_stores(folder, clients=erasures + accesses + collected + 5))
        scope.forget()
        make_controller(cooling_hours=0)
        handler, lead = actors.staff(make_staff("mara")), actors.staff(make_staff("otto", "lead"))
        clients = list(range(1, erasures + accesses + collected + 1))
        drive = cls(folder, clients[:erasures], clients[erasures:], accesses, handler, lead)
        now = timezone.now()
        for client in [*drive.erased, *drive.copied]:
            right = Right.ERASURE if client in drive.erased else Right.ACCESS
            made = make_case(
                store=store,
                number=yard.number_of(client),
                name=f"Person {client} Invented",
                rights=(right,),
                at=now - timedelta(days=1),
                now=now,
            )
            answer.start_collection(case_id=made.pk, actor=drive.handler, now=now)
        return drive

    def staff(self) -> None:
        """Every step that is due by a person, on every case."""
        theirs = Case.objects.filter(state__in=["drafting", "review", "notifying", "approved"])
        if Task.objects.filter(operation="package").count() >= self.answered:
            theirs = theirs.exclude(state="drafting", right="access", manifest_sha256="")
        for case in theirs:
            try:
                self._step(case, timezone.now())
            except (RefusedError, ConflictError):
                continue  # the program is at work on it; next time

    def _step(self, case: Case, now: Any) -> None:
        erasure = case.right == Right.ERASURE
        if case.state == "drafting" and case.manifest_sha256:
            settle(case.pk, actor=self.handler, now=now)
            answer.submit(case_id=case.pk, actor=self.handler, now=now)
        elif case.state == "drafting" and erasure and not case.tasks.filter(operation="plan").exists():
            plans.ask_for_plan(case_id=case.pk, actor=self.handler, now=now)
        elif case.state == "drafting" and not erasure and self._may_draft(case):
            answer.draft(case_id=case.pk, paragraph="", actor=self.handler, now=now)
        elif case.state == "review" and erasure:
            plans.approve(
                case_id=case.pk, plan_sha256=case.manifest_sha256, actor=self.lead, now=now, attested=ATTESTED
            )
        elif case.state == "review":
            answer.approve(
                case_id=case.pk, manifest_sha256=case.manifest_sha256, actor=self.lead, now=now, attested=ATTESTED
            )
        elif (case.state == "notifying") == erasure:
            answer.release(case_id=case.pk, actor=self.handler, now=now)

    def _may_draft(self, case: Case) -> bool:
        """The first of the copies are answered; the others stay with what was collected."""
        drafted = Task.objects.filter(operation="package")
        return not drafted.filter(case=case).exists() and drafted.count() < self.answered

    def hurry(self) -> None:
        """Time flies: what waits for another try waits no longer, and a dead worker's mail is given up sooner."""
        now = timezone.now()
        Task.objects.filter(status="queued", not_before__gt=now).update(not_before=now)
        Message.objects.filter(status="queued", not_before__gt=now).update(not_before=now)
        taken = set(Message.objects.filter(status="sending").values_list("pk", "attempts"))
        self.sending = {claim: self.sending.get(claim, time.monotonic()) for claim in taken}
        silent = [pk for (pk, _), since in self.sending.items() if time.monotonic() - since > SILENCE]
        Message.objects.filter(status="sending", pk__in=silent).update(leased_until=now)

    def again(self) -> Counter[str]:
        """A person has everything tried again that was handed to her; returns what it was, by operation and code."""
        waiting = list(Task.objects.filter(status="manual").values_list("pk", "operation", "error_code"))
        for pk, _, _ in waiting:
            tasks.retry(task_id=pk, actor=self.handler, now=timezone.now())
        return Counter(f"by hand {operation} {code}" for _, operation, code in waiting)

    def states(self) -> dict[str, int]:
        """Cases by state."""
        return dict(Counter(Case.objects.values_list("state", flat=True)))

    def done(self) -> bool:
        """Whether every case is answered, or collected and left, and every mail gone."""
        states = self.states()
        left = states.pop("drafting", 0)
        mails = Message.objects.exclude(status="sent")
        return set(states) <= OVER and left == len(self.copied) - self.answered and not mails.exists()

    def troubles(self) -> list[Any]:
        """What is not done, for a failure's message."""
        rows = Task.objects.exclude(status="done").values_list(
            "store", "operation", "status", "attempts", "failures", "error_code", "error_place"
        )
        return [
            self.states(),
            list(rows[:20]),
            list(Message.objects.exclude(status="sent").values_list("kind", "status")),
        ]

    def check(self, mails: list[str], *, doubled: int) -> None:
        """Every task done, each effect once, each notice once, every chain whole.

        A worker killed between the mail server's yes and its row sends that mail again, under the same Message-ID, by
        which mailboxes know it: `doubled` of them at most, one a kill.
        """
        assert self.done(), self.troubles()
        assert set(Task.objects.values_list("status", flat=True)) == {"done"}
        for store in yard.STORES:
            assert yard.effects(self.folder, store) == yard.expected(self.erased), store
        for case in Case.objects.all():
            done = Counter(case.events.filter(action="task_done").values_list("data__operation", "data__store"))
            assert set(done.values()) == {1}, done
            assert verify_case(case) == []
        kinds = Message.objects.filter(by_mail=True).values_list("request_id", "kind")
        assert set(Counter(kinds).values()) == {1}
        assert len(set(mails)) == Message.objects.filter(by_mail=True).count()
        assert len(mails) - len(set(mails)) <= doubled
        plans_made = [current_plan(case) for case in Case.objects.filter(right="erasure")]
        assert {plan.status for plan in plans_made if plan} <= {"applied"}
        assert all(plans_made)
        assert all(row.content()["keys"] for row in SubjectRow.objects.select_related("request"))
