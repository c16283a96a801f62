"""What the tick reckons once a day, reports that were made of it, and secret addresses of calendars (ux.md 2.4, 2.5)."""

from __future__ import annotations

from django.db import models

from dsr.models.base import KeyedRow, OwnedRow, RingId


class DayFigures(OwnedRow):
    """The heavy figures of one controller as at one of its days: counts, days and shares, nobody's name (dsr.cases.figures)."""

    day = models.DateField()
    made_at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["controller", "day"], name="day_figures_once")]


class CaseRisk(OwnedRow):
    """How likely an open case is to be late, in per cent, as the forecast of `day` has it (dsr.cases.forecast)."""

    case = models.OneToOneField("dsr.Case", on_delete=models.CASCADE, related_name="risk")
    day = models.DateField()
    percent = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["controller", "percent"], name="case_risk_high")]


class CalendarFeed(OwnedRow):
    """The secret address under which one colleague's calendar program reads dates: only a digest of the secret is kept."""

    user = models.OneToOneField("dsr.User", on_delete=models.CASCADE, related_name="calendar_feed")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()


class MonthlyReport(KeyedRow):
    """The figures of a month as a PDF, sealed in its own row; without `made_at` a worker has still to make it.

    `month` is its first day; `by_tick`: the one of every month; `asked_by` is empty then. Statistics only: no subscriber, no colleague.
    """

    month = models.DateField()
    by_tick = models.BooleanField(default=False)
    asked_by = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    ordered_at = models.DateTimeField()
    figures = models.JSONField(default=dict)  # what the report says, fixed when it was ordered
    made_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    error_code = models.CharField(max_length=40, blank=True)
    size = models.PositiveIntegerField(default=0)  # bytes, plain
    sha256 = models.CharField(max_length=64, blank=True)
    pdf = models.BinaryField(default=b"", editable=False)  # sealed
    delete_after = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["controller", "month"], condition=models.Q(by_tick=True), name="monthly_report_once"
            )
        ]
        indexes = [
            models.Index(fields=["not_before"], condition=models.Q(made_at__isnull=True), name="monthly_report_due"),
            models.Index(RingId("wrapped_key"), name="monthly_report_ring"),
        ]
