"""What stays when a case is purged: a tombstone that keeps the chain of anchors whole, and numbers that name nobody (4.2 no. 25)."""

from __future__ import annotations

from django.db import models

from dsr.models.base import OwnedRow, ScopedQuerySet


class Tombstone(models.Model):
    """Where a case was: its random id, the length and head of its event chain, nothing that was ever said in it.

    `heads` are the day's last links, `[[day, seq, hash], …]` (days in UTC), so that every anchor made while the case was
    alive still comes out. `reference` is emptied on `ends_on`, the day on which no backup holds the case any more.
    """

    case_id = models.UUIDField(primary_key=True, editable=False)
    controller = models.ForeignKey("dsr.Controller", on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=24, blank=True)
    version = models.PositiveIntegerField()
    chain_head = models.CharField(max_length=64)
    heads = models.JSONField(default=list)
    purged_at = models.DateTimeField()
    ends_on = models.DateField()
    # Names of sealed files that are still to be removed; their keys are gone already.
    files = models.JSONField(default=list)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["controller", "reference"], name="tombstone_reference"),
            models.Index(fields=["ends_on"], condition=~models.Q(reference=""), name="tombstone_named"),
        ]


class CaseStatistic(OwnedRow):
    """How many purged cases of a month ended how: a sum, never a case. `month` is the first day of the month of receipt."""

    month = models.DateField()
    right = models.CharField(max_length=24)
    regime = models.CharField(max_length=20)
    outcome = models.CharField(max_length=20)
    on_time = models.BooleanField()
    cases = models.PositiveIntegerField(default=0)
    days_total = models.PositiveIntegerField(default=0)
    days_longest = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["controller", "month", "right", "regime", "outcome", "on_time"], name="case_statistic_once"
            )
        ]
