"""The stores of a case as its page shows them: what each was asked, what it answered, and what a person has to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dsr.cases.headway import FINISHED, UNFINISHED, records_of
from dsr.cases.scope import stores_of
from dsr.cases.tasks import STORE_WORK, WAIVABLE
from dsr.desk.access import Duty, duty_refusal
from dsr.desk.troubles import trouble
from dsr.fulfil.locate import COPIES
from dsr.fulfil.own_described import OWN
from dsr.fulfil.own_described import label as own_label
from dsr.fulfil.stores import label_of
from dsr.law.rights import Right
from dsr.models import Case, Task
from dsr.output.inputs import words
from dsr.wording.filed import OPERATIONS

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.desk.hand_page import HandRow
    from dsr.desk.store_log import StoreLog
    from dsr.law.workflow import Actor
    from exporters.registry import StoreConfig

NOBODY = "nobody_identified"
_KINDS = {
    Task.Status.DONE: "ok",
    Task.Status.RUNNING: "info",
    Task.Status.MANUAL: "bad",
    Task.Status.WAIVED: "warn",
}


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One line of the table: a store or the search for the person; `what_now` says why it stands and what helps."""

    task: Task | None
    label: str
    owner: str
    status: str
    kind: str
    records: int | None
    what_now: str = ""
    place: str = ""
    can_retry: bool = False
    can_waive: bool = False
    asks_who: tuple[str, ...] = ()
    asks_number: bool = False
    hand: HandRow | None = None
    log: StoreLog | None = None

    @property
    def id(self) -> str:
        """The task's id for the address of its buttons; empty when there is no task yet."""
        return str(self.task.pk) if self.task else ""


@dataclass(frozen=True, slots=True)
class Progress:
    """All lines of a case with their sums."""

    rows: tuple[TaskRow, ...]
    done: int
    total: int
    records: int
    busy: bool


def progress_of(case: Case, *, actor: Actor, language: str) -> Progress:
    """Unfinished work of the program first, then the stores.

    Rights whose answer is a copy ask every store of the controller, in the order of the configuration; the others read
    the stores while they are planned, and are followed store by store while they are carried out.
    """
    tasks = {(task.operation, task.store or str(task.letter_id or "")): task for task in case.tasks.all()}
    configs = stores_of(case.controller)
    gone = {store for operation, store in tasks if operation == "collect" and store not in configs}
    over = {Task.Status.DONE, Task.Status.CANCELLED}
    work = [
        _row(task, task_label(task, configs, language), "", actor)
        for task in tasks.values()
        if task.operation not in STORE_WORK and task.status not in over and not _quiet(task)
    ]
    if Right(case.right) in COPIES:
        stores = [
            _row(tasks.get(("collect", name)), label_of(config, language), config.owner, actor)
            for name, config in configs.items()
        ] + [_row(tasks[("collect", name)], name, "", actor) for name in sorted(gone)]
    else:
        stores = [
            _row(task, task_label(task, configs, language), _owner(configs, task.store), actor)
            for task in tasks.values()
            if task.operation in STORE_WORK
        ]
    finished = [row for row in stores if row.task and row.task.status in FINISHED]
    busy = any(task.status in UNFINISHED for task in tasks.values() if task.letter_id is None)
    return Progress(tuple(work + stores), len(finished), len(stores), sum(row.records or 0 for row in stores), busy)


def _quiet(task: Task) -> bool:
    """A letter is laid out in a second or two: it is worth a line only when that needs somebody."""
    return task.letter_id is not None and task.status != Task.Status.MANUAL and not task.failures


def _owner(configs: dict[str, StoreConfig], store: str) -> str:
    config = configs.get(store)
    return config.owner if config else ""


def task_label(task: Task, configs: dict[str, StoreConfig], language: str) -> str:
    """A task in words: the store it asks, or what the program does: `Search for remains: Billing`."""
    if task.operation == "collect":
        return store_label(configs, task.store, language)
    name = str(OPERATIONS.get(task.operation, task.operation))
    return f"{name}: {store_label(configs, task.store, language)}" if task.store else name


def _row(task: Task | None, label: str, owner: str, actor: Actor) -> TaskRow:
    if task is None:
        return TaskRow(None, label, owner, _("Not asked yet"), "", None)
    failing = task.status == Task.Status.QUEUED and task.failures > 0
    open_trouble = bool(task.error_code) and (failing or task.status == Task.Status.MANUAL)
    may_retry = duty_refusal(actor, Duty.RETRY) is None
    waivable = task.status == Task.Status.MANUAL and task.operation in WAIVABLE
    asks_who = task.error_code == "ambiguous" and task.status == Task.Status.MANUAL
    return TaskRow(
        task=task,
        label=label,
        owner=owner,
        status=_status(task, failing=failing),
        kind="warn" if failing else _KINDS.get(Task.Status(task.status), ""),
        records=records_of(task),
        what_now=trouble(task.error_code) if open_trouble else "",
        place=task.error_place if open_trouble and not asks_who else "",
        can_retry=may_retry and not asks_who and (failing or task.status == Task.Status.MANUAL),
        can_waive=waivable and duty_refusal(actor, Duty.WAIVE) is None,
        asks_who=tuple(task.error_place.split(", ")) if asks_who else (),
        asks_number=open_trouble and task.error_code == NOBODY and duty_refusal(actor, Duty.IDENTIFY) is None,
    )


def _status(task: Task, *, failing: bool) -> str:
    if failing:
        return _("Retrying at %(time)s") % {"time": _clock_time(task.not_before)}
    empty = task.operation == "collect" and not task.result.get("rows")
    return {
        Task.Status.DONE: _("Nothing found") if empty else _("Done %(day)s") % {"day": _short_day(task.finished_at)},
        Task.Status.RUNNING: _("Query running"),
        Task.Status.MANUAL: _("Needs you"),
        Task.Status.WAIVED: _("Left out"),
        Task.Status.CANCELLED: _("Cancelled"),
        Task.Status.QUEUED: _("Waiting for its turn"),
    }[Task.Status(task.status)]


def _clock_time(at: datetime) -> str:
    return date_format(timezone.localtime(at), "H:i")


def _short_day(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "j M") if at else ""


def package_task(case: Case) -> Task | None:
    """The task that builds the answer; None before the first draft."""
    return next((task for task in case.tasks.all() if task.operation == "package"), None)


def store_label(controller_stores: dict[str, StoreConfig], store: str, language: str) -> str:
    """A store's name for people, also of one that is not configured any more."""
    if store == OWN:
        return words(own_label(language), language)
    config = controller_stores.get(store)
    return label_of(config, language) if config else store
