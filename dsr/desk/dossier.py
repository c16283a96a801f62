"""Everything the pages of one case read about it, in one statement, shared by all their parts (decision 090)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from dsr.cases import queue, uploads
from dsr.desk import presence
from dsr.models import (
    Artifact,
    AuthorityCase,
    Case,
    Closeness,
    Escalation,
    Event,
    HandTask,
    Incident,
    Letter,
    Message,
    Notice,
    Plan,
    Presence,
    RequestLink,
    Suspension,
    Task,
    Told,
    Upload,
    User,
)
from dsr.models.together import attach, attach_one, together

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from dsr.desk.access import DeskRequest


@dataclass(frozen=True, slots=True)
class Dossier:
    """What was read beside the rows that hang on the case: those stand in its relations, as after a prefetch.

    `staff` are all accounts of the controller, also closed ones, by mail address; `proofs` are files that nobody has looked at.
    """

    undelivered: Sequence[Message]
    waiting_letters: Sequence[Letter]
    proofs: Sequence[Upload]
    siblings: Sequence[Case]
    here: Sequence[Presence]
    links: Sequence[RequestLink]
    staff: Sequence[User]

    @property
    def colleagues(self) -> list[User]:
        """Everybody a case can be given to."""
        return [user for user in self.staff if user.is_active]

    @property
    def names(self) -> Mapping[str, str]:
        """Colleagues by account id."""
        return {str(user.pk): user.display_name or user.email for user in self.staff}


def dossier_of(request: DeskRequest, case: Case, *, now: datetime) -> Dossier:
    """The dossier of the case that this page is about; read once for a request."""
    known: dict[Any, Dossier] = vars(request).setdefault("dossiers", {})
    if case.pk not in known:
        known[case.pk] = _read(case, now)
    return known[case.pk]


def _read(case: Case, now: datetime) -> Dossier:
    controller = case.controller
    told = Told.objects.filter(escalation__case=case)
    rows, _ = together(
        {
            "tasks": Task.objects.of(case.controller).filter(case=case),
            "hands": HandTask.objects.filter(task__case=case).defer("sealed"),
            "events": Event.objects.filter(case=case),
            "artifacts": Artifact.objects.of(case.controller).filter(case=case),
            "suspensions": Suspension.objects.filter(case=case),
            "plans": Plan.objects.filter(case=case).defer("sealed"),
            "incidents": Incident.objects.filter(case=case),
            "escalations": Escalation.objects.filter(case=case),
            "told": told,
            "notices": Notice.objects.filter(pk__in=told.values("notice")).defer("sealed"),
            "letters": Letter.objects.of(case.controller).filter(case=case).defer("sealed"),
            "waiting_letters": queue.letters_that_wait().filter(case=case).defer("sealed"),
            "undelivered": Message.objects.of(case.controller).filter(
                request=case.request_id, by_mail=True, status__in=Message.UNDELIVERED
            ),
            "proofs": Upload.objects.filter(request=case.request_id, purpose__in=uploads.PROOFS, deleted_at=None).defer(
                "sealed"
            ),
            "siblings": Case.objects.of(controller)
            .filter(request=case.request_id)
            .exclude(pk=case.pk)
            .only("right", "state", "unclassified"),
            "here": presence.fresh(controller, now).filter(case=case),
            "links": RequestLink.objects.of(controller).filter(Q(first=case.request_id) | Q(second=case.request_id)),
            "closeness": Closeness.objects.filter(request=case.request_id).defer("sealed"),
            "authority_cases": AuthorityCase.objects.filter(case=case).defer("sealed"),
            "staff": User.objects.in_scope(controller=controller, kind="staff").only(
                "email", "display_name", "is_active", "controller", "kind"
            ),
        }
    )
    _attach(case, rows)
    for message in rows["undelivered"]:
        message.request = case.request
    staff = {user.pk: user for user in rows["staff"]}
    for one in (*rows["here"], *rows["closeness"]):
        one.user = staff[one.user_id]
    attach(case.request, "closeness", sorted(rows["closeness"], key=lambda row: (row.declared_at, str(row.pk))))
    return Dossier(
        undelivered=sorted(rows["undelivered"], key=lambda row: (row.created_at, str(row.pk))),
        waiting_letters=sorted(rows["waiting_letters"], key=lambda row: (row.created_at, str(row.pk)), reverse=True),
        proofs=rows["proofs"],
        siblings=sorted(rows["siblings"], key=lambda row: str(row.right)),
        here=rows["here"],
        links=rows["links"],
        staff=sorted(staff.values(), key=lambda user: user.email),
    )


def _attach(case: Case, rows: Mapping[str, list[Any]]) -> None:
    """Hang the rows on the case, each relation in the order in which its readers have it."""
    orders: dict[str, Any] = {
        "tasks": lambda row: (row.created_at, str(row.pk)),
        "events": lambda row: row.seq,
        "artifacts": lambda row: (row.created_at, str(row.pk)),
        "suspensions": lambda row: (row.started_at, str(row.pk)),
        "plans": lambda row: row.number,
        "incidents": lambda row: row.due_on,
        "escalations": lambda row: str(row.pk),
        "authority_cases": lambda row: (row.opened_at, str(row.pk)),
        "letters": lambda row: (row.created_at, str(row.pk)),
    }
    for relation, order in orders.items():
        attach(case, relation, sorted(rows[relation], key=order))
    hands = {row.task_id: row for row in rows["hands"]}
    for task in case.tasks.all():
        attach_one(task, "hand", hands.get(task.pk))
    _attach_told(case, rows)


def _attach_told(case: Case, rows: Mapping[str, list[Any]]) -> None:
    staff = {user.pk: user for user in rows["staff"]}
    notices = {row.pk: row for row in rows["notices"]}
    told: dict[Any, list[Told]] = defaultdict(list)
    for row in rows["told"]:
        row.user, row.notice = staff[row.user_id], notices.get(row.notice_id)
        row.stands_in_for = staff.get(row.stands_in_for_id)
        told[row.escalation_id].append(row)
    for escalation in case.escalations.all():
        mine = told[escalation.pk]
        attach(escalation, "told", sorted(mine, key=lambda row: (row.user.display_name, str(row.pk))))
