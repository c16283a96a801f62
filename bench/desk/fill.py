"""Two hundred thousand cases as the verbs would have left them: sealed, indexed, a tenth of them open, in minutes.

Rows are written set-wise, because opening so many requests through the verbs takes hours; what pages read is real: sealed
names that open, tokens of every prefix, pauses, tasks, letters that wait, mails that came back, events.
"""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dsr.models import Controller, User

BATCH: Final = 5_000
STAFF: Final = 12
SEED: Final = 20_261_122
# State and its share of what is open.
OPEN_STATES: Final = (
    ("received", 20),
    ("id_pending", 10),
    ("clarify_pending", 6),
    ("assessing", 16),
    ("collecting", 14),
    ("drafting", 16),
    ("review", 10),
    ("approved", 3),
    ("notifying", 5),
)
PAUSED: Final = {"id_pending": "identity", "clarify_pending": "clarification"}
RIGHTS: Final = (("access", 55), ("erasure", 30), ("rectification", 6), ("portability", 6), ("objection", 3))
CHANNELS: Final = (("portal", 70), ("email", 15), ("post", 10), ("phone", 5))
LANGUAGES: Final = (("en", 60), ("de", 25), ("pl", 15))
FIRST: Final = (
    "Maria",
    "Jean",
    "Tomasz",
    "Eleni",
    "Siobhan",
    "Giorgos",
    "Anna",
    "Piotr",
    "Niamh",
    "Lukas",
    "Sofia",
    "Ivan",
)
LAST: Final = (
    "Kowalska",
    "Doherty",
    "Papadopoulou",
    "Byrne",
    "Nowak",
    "Garcia",
    "Schmidt",
    "Dubois",
    "Rossi",
    "Jansen",
)


@dataclass(frozen=True, slots=True)
class Filled:
    """What a measurement needs to ask for something that is there."""

    controller: Controller
    staff: Sequence[User]
    reference: str
    email: str
    name: str


def _pick(chance: random.Random, table: tuple[tuple[str, int], ...]) -> str:
    return chance.choices([one for one, _ in table], [share for _, share in table])[0]


def fill(*, cases: int, still_open: int, now: datetime) -> Filled:
    """Fill the empty database: `cases` in all, `still_open` of them open on the day of `now` (UTC)."""
    from tests.factories import make_controller, make_staff  # noqa: PLC0415 -- needs the database of `world`

    chance = random.Random(SEED)
    controller = make_controller()
    roles = (("handler",), ("handler",), ("lead",), ("reviewer",), ("intake",), ("dpo",))
    staff = [make_staff(f"staff{number}", *roles[number % len(roles)]) for number in range(STAFF)]
    todo = range(cases)
    for start in range(0, cases, BATCH):
        part = [
            _one(chance=chance, controller=controller, staff=staff, number=n, now=now, is_open=n < still_open)
            for n in todo[start : start + BATCH]
        ]
        _save(controller, part)
    _drafts_and_lost_mails(controller, now)
    return Filled(controller, staff, _reference(17), _email(17), f"{FIRST[17 % len(FIRST)]} {_last(17)}")


def _reference(number: int) -> str:
    return f"DSR-2026-{number:06d}"


def _email(number: int) -> str:
    return f"person{number}@example.com"


def _last(number: int) -> str:
    return f"{LAST[number % len(LAST)]}{chr(97 + number // 10 % 26)}{chr(97 + number // 260 % 26)}"


def _one(
    *, chance: random.Random, controller: Controller, staff: Sequence[User], number: int, now: datetime, is_open: bool
) -> dict[str, Any]:
    from dsr.models import Case, Request  # noqa: PLC0415

    age = chance.randint(0, 40) if is_open else chance.randint(45, 900)
    received = now - timedelta(days=age, hours=chance.randint(0, 9))
    request = Request(
        controller=controller,
        reference=_reference(number),
        channel=_pick(chance, CHANNELS),
        language=_pick(chance, LANGUAGES),
        received_at=received,
        created_at=received,
        identity_level=chance.choice((0, 2, 2, 3)),
    )
    name = f"{FIRST[number % len(FIRST)]} {_last(number)}"
    told = {"name": name, "words": "", "contact_email": _email(number), "identifiers": [], "scope": {}}
    request.put(told)
    state = _pick(chance, OPEN_STATES) if is_open else chance.choice(("completed", "completed", "refused"))
    due = received.date() + timedelta(days=31)
    right = "access" if state == "clarify_pending" else _pick(chance, RIGHTS)
    assigned = chance.choice(staff) if not is_open or chance.random() < 0.8 else None
    case = Case(
        controller=controller,
        request=request,
        right=right,
        state=state,
        version=4,
        regime="EU_GDPR",
        assignee=assigned,
        closed_at=None if is_open else received + timedelta(days=chance.randint(3, 30)),
        **_dates(received.date(), due),
    )
    case.vault_key()
    return {"request": request, "case": case, "name": name, "email": _email(number)}


def _dates(received: date, due: date) -> dict[str, Any]:
    return {
        "received_on": received,
        "due_on": due,
        "told_due_on": due,
        "first_month_due_on": due,
        "act_by_on": due - timedelta(days=5),
        "sort_on": due,
        "next_rung_on": due + timedelta(days=3650),
    }


def _save(controller: Controller, part: list[dict[str, Any]]) -> None:
    from dsr.models import Case, Request, Suspension, Task  # noqa: PLC0415

    cases = [one["case"] for one in part]
    Request.objects.bulk_create([one["request"] for one in part], batch_size=1000)
    Case.objects.bulk_create(cases, batch_size=1000)
    _copy("dsr_indextoken", ("id", "controller_id", "kind", "token", "request_id"), _tokens(controller, part))
    Suspension.objects.bulk_create(
        Suspension(
            controller=controller,
            case=case,
            kind=PAUSED[case.state],
            started_at=case.request.received_at,
            started_on=case.received_on,
        )
        for case in cases
        if case.state in PAUSED
    )
    Task.objects.bulk_create(
        task for case in cases if case.state in {"collecting", "drafting"} for task in _tasks(case)
    )
    _copy("dsr_event", _EVENT, (row for case in cases for row in _events(case)))


_EVENT: Final = (
    "id", "controller_id", "case_id", "seq", "at", "actor_kind", "actor_id", "action", "from_state", "to_state",
    "data", "schema", "prev_hash", "hash",
)  # fmt: skip


def _events(case: Any) -> Iterator[tuple[Any, ...]]:
    for seq, action in enumerate(("received", "accept", "assigned", "acknowledged"), start=1):
        at = case.request.received_at + timedelta(hours=seq)
        yield (
            uuid.uuid4(), case.controller_id, case.pk, seq, at, "system", "", action, "received", "received",
            '{"channel": "portal"}', 1, "", f"{case.pk.hex}{seq:032d}",
        )  # fmt: skip


def _tasks(case: Any) -> Iterator[Any]:
    from dsr.models import Task  # noqa: PLC0415

    by_hand = case.pk.int % 40 == 0 and case.state == "collecting"
    for number, store in enumerate(("billing", "crm", "radius")):
        manual = by_hand and number == 0
        yield Task(
            controller=case.controller,
            case=case,
            operation="collect",
            store=store,
            status=Task.Status.MANUAL if manual else Task.Status.DONE,
            not_before=case.request.received_at,
            created_at=case.request.received_at,
        )


def _tokens(controller: Controller, part: list[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    from dsr.vault import blind  # noqa: PLC0415

    known: dict[tuple[str, str], str] = {}
    for one in part:
        found = {("name", word) for word in blind.name_words(one["name"])} | {("email", one["email"])}
        for kind, value in sorted(found):
            if (kind, value) not in known:
                known[kind, value] = blind.token(controller.slug, kind, value)
            yield uuid.uuid4(), controller.pk, kind, known[kind, value], one["request"].pk


def _copy(table: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    from django.db import connection, transaction  # noqa: PLC0415

    with transaction.atomic(), connection.cursor() as cursor:
        named = ", ".join(f'"{name}"' for name in columns)
        with cursor.copy(f"COPY {table} ({named}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _drafts_and_lost_mails(controller: Controller, now: datetime) -> None:
    """Forty mails that came back and sixty letters that wait to be sent."""
    from dsr.models import Case, Letter, Message  # noqa: PLC0415

    review = Case.objects.of(controller).filter(state="assessing").order_by("pk")[:60]
    Letter.objects.bulk_create(
        Letter(
            controller=controller,
            case=case,
            code="L-05",
            action="extend",
            language="en",
            status=Letter.Status.DRAFT,
            created_at=now,
        )
        for case in review
    )
    lost = Case.objects.of(controller).filter(state="completed").order_by("pk")[:40]
    Message.objects.bulk_create(
        Message(
            controller=controller,
            request=case.request,
            kind="acknowledgement",
            status=Message.UNDELIVERED[0],
            by_mail=True,
            created_at=now,
            not_before=now,
        )
        for case in lost.select_related("request")
    )


NOW: Final = datetime.now(UTC)
