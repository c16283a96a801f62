"""What a controller adds to the tables of the law: days of its calendar, its own ladder, its own retention rows.

These are rows handed to pure functions (`dsr.cases.own_rules`); no screen edits the tables in `dsr.law`.
"""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models

from dsr.law.ladder import Anchor as LadderAnchor
from dsr.law.ladder import RungCode
from dsr.law.retention import Bound, DocumentClass, Mark, StartRule
from dsr.law.terms import Role, State
from dsr.models.base import OwnedRow


class CalendarDay(OwnedRow):
    """One day on which the controller's calendar differs: a local holiday, or a holiday that is none there (A4)."""

    day = models.DateField()
    holiday = models.BooleanField(default=True)
    name = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["controller", "day"], name="calendar_day_once")]


class LadderRow(OwnedRow):
    """One rung of a controller's own ladder; a controller with any has only these (rules 1.7 is a policy)."""

    code = models.CharField(max_length=20, choices=[(code.value, code.value) for code in RungCode])
    anchor = models.CharField(max_length=12, choices=[(anchor.value, anchor.value) for anchor in LadderAnchor])
    days = models.SmallIntegerField(help_text="calendar days after the anchor, negative before")
    roles = models.JSONField(default=list)
    states = models.JSONField(default=list, blank=True, help_text="empty: every state in which the clock runs")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["controller", "code"], name="ladder_rung_once")]

    @staticmethod
    def known_roles() -> frozenset[str]:
        """What may stand in `roles`."""
        return frozenset(role.value for role in Role)

    @staticmethod
    def known_states() -> frozenset[str]:
        """What may stand in `states`."""
        return frozenset(state.value for state in State)


class RetentionRow(OwnedRow):
    """A controller's own retention period; it goes before the row of the law for the same country, class and date."""

    country = models.CharField(max_length=2)
    document_class = models.CharField(max_length=24, choices=[(kind.value, kind.value) for kind in DocumentClass])
    months = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(1200)])
    start = models.CharField(max_length=40, choices=[(rule.value, rule.value) for rule in StartRule])
    statute = models.CharField(max_length=200)
    mark = models.CharField(max_length=4, choices=[(mark.value, mark.value) for mark in Mark], default=Mark.KNOWLEDGE)
    bound = models.CharField(max_length=10, choices=[(bound.value, bound.value) for bound in Bound])
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_from__isnull=True)
                | models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="retention_row_order",
            )
        ]
