"""Sharing out what nobody has taken: a rule per controller, fair, the same for everybody who asks twice.

Who may get a case: an active handler of the controller who is here today, of the rule's team, and who works in the language of
the request, and who is not too close to the person (4.3). Of those, whoever has the least open cases; among equals the one whose id comes first. What finds nobody stays
where it is and is counted, so that a lead sees that somebody is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Q

from dsr.cases import closeness
from dsr.cases.clock import local_date
from dsr.cases.duties import Duty
from dsr.cases.perform import ConflictError, insist, record
from dsr.cases.setup import differences, record_setup
from dsr.law.workflow import CLOSED, Role, State
from dsr.models import Absence, Case, Kind, SharingRule, Suspicion, User

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from dsr.law.workflow import Actor
    from dsr.models import Controller

LIMIT = 200
_RULED = ("by_itself", "team", "by_language")


@dataclass(slots=True)
class Shared:
    """How many cases found somebody, and how many nobody."""

    given: int = 0
    nobody: int = 0


def rule_of(controller: Controller) -> SharingRule:
    """The controller's rule; the standing one (by hand, all teams, by language) while nobody changed it."""
    found: SharingRule | None = SharingRule.objects.of(controller).first()
    return found or SharingRule(controller=controller)


@transaction.atomic
def set_rule(
    *, controller: Controller, by_itself: bool, team: str, by_language: bool, actor: Actor, now: datetime
) -> SharingRule:
    """Change the rule; an event of the set-up chain when it differs. RefusedError for a role that sets nothing up."""
    insist(actor, Duty.SHARE_RULE)
    rule = rule_of(controller)
    before = {name: getattr(rule, name) for name in _RULED}
    after = {"by_itself": by_itself, "team": team.strip(), "by_language": by_language}
    changes = differences(before, after)
    if changes:
        SharingRule.objects.update_or_create(controller=controller, defaults=after)
        record_setup(controller=controller, kind="sharing_rule", actor=actor, now=now, data={"changes": changes})
    return rule_of(controller)


def share_out(*, controller: Controller, actor: Actor, now: datetime, limit: int = LIMIT) -> Shared:
    """Give the most urgent unassigned cases, at most `limit`, to whoever is next; one transaction and one event for each.

    Two at once are harmless: a case is given only while its version is the one that was read, whoever loses leaves it.
    RefusedError for a role that assigns nothing.
    """
    if actor.kind != "system":
        insist(actor, Duty.ASSIGN)
    rule, done = rule_of(controller), Shared()
    loads = _loads(controller, _here(controller, rule, today=local_date(controller, now)))
    waiting = unassigned(controller)[:limit]
    barred = closeness.barred_of(waiting)
    for case in waiting:
        close = barred.get(case.request_id, frozenset())
        user = _next(loads, language=case.request.language if rule.by_language else "", but=close)
        if user is None:
            done.nobody += 1
            continue
        data = {"assignee": str(user.pk), "shared_out": True}
        try:
            record(
                case_id=case.pk,
                kind="assigned",
                actor=actor,
                now=now,
                changes={"assignee": user},
                data=data,
                seen_version=case.version,
            )
        except ConflictError:
            continue
        loads[user] += 1
        done.given += 1
    return done


def share_out_due(*, now: datetime, controllers: Iterable[Controller], actor: Actor) -> int:
    """Share out in every controller that said it happens by itself; how many cases found somebody."""
    ruled = set(SharingRule.objects.filter(by_itself=True).values_list("controller_id", flat=True))
    return sum(share_out(controller=one, actor=actor, now=now).given for one in controllers if one.pk in ruled)


def unassigned(controller: Controller) -> list[Case]:
    """Open cases that nobody has, the most urgent first; not those that are held as part of a flood."""
    held = Suspicion.objects.filter(settled_at__isnull=True)
    rows = Case.objects.of(controller).open().filter(assignee__isnull=True)
    rows = rows.exclude(state=State.RECEIVED, request__in=held.values("request"))
    return list(rows.select_related("request").order_by("sort_on", "received_on", "pk")[:LIMIT])


def able(controller: Controller, *, now: datetime) -> list[tuple[User, int]]:
    """Who would get cases today under the rule, with their open cases, whoever is next first."""
    staff = _here(controller, rule_of(controller), today=local_date(controller, now))
    return sorted(_loads(controller, staff).items(), key=lambda one: one[1])


def _here(controller: Controller, rule: SharingRule, *, today: date) -> list[User]:
    away = Absence.objects.of(controller).filter(first_on__lte=today, last_on__gte=today).values("user")
    staff = User.objects.in_scope(controller=controller, kind=Kind.STAFF).filter(is_active=True).exclude(pk__in=away)
    # Roles and teams are short lists in JSON, and the staff of a controller is small: read, not asked for.
    return [
        user
        for user in staff.order_by("pk")
        if Role.HANDLER in user.roles and (not rule.team or rule.team in user.teams)
    ]


def _loads(controller: Controller, staff: list[User]) -> dict[User, int]:
    """Open cases of each, in the order of `staff`."""
    rows = Case.objects.of(controller).filter(~Q(state__in=CLOSED), assignee__in=staff)
    numbers = dict(rows.values_list("assignee").annotate(n=Count("pk")).order_by())
    return {user: numbers.get(user.pk, 0) for user in staff}


def _next(loads: dict[User, int], *, language: str, but: frozenset[Any]) -> User | None:
    """Whoever has least of those who work in `language`, and is not too close to the person (4.3: `but`, ids); somebody who
    named no language works in all of them.
    """
    able = [user for user in loads if not language or not user.languages or language in user.languages]
    able = [user for user in able if user.pk not in but]
    return min(able, key=lambda user: loads[user], default=None)
