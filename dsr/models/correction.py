"""A rectification on its way into the stores (Art. 16): what they hold and what was decided, and the looks afterwards."""

from __future__ import annotations

from django.db import models

from dsr.models.base import KeyedRow, OwnedRow, Sealed


class CorrectionSheet(Sealed, OwnedRow):
    """What the stores hold of the fields in question, and what is decided of each claim; sealed with the case.

    Clear are only the moments: when the stores were read, when it was decided what shall stand there.
    """

    case = models.OneToOneField("dsr.Case", on_delete=models.CASCADE, related_name="correction_sheet")
    read_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    def key_owner(self) -> KeyedRow:
        """The case's key: a purged case takes its sheet along."""
        return self.case


class Recheck(OwnedRow):
    """One look at a store after a correction: has a feed brought the old value back (R-06, SC-08)? Codes and counts only."""

    class Outcome(models.TextChoices):
        """How it was found."""

        HOLDS = "holds"
        CAME_BACK = "came_back"  # a row holds something else than the plan wrote
        REPLACED = "replaced"  # a newer plan took the place of this one before the day came

    case = models.ForeignKey("dsr.Case", on_delete=models.CASCADE, related_name="rechecks")
    plan = models.ForeignKey("dsr.Plan", on_delete=models.CASCADE, related_name="rechecks")
    store = models.CharField(max_length=60)
    due_on = models.DateField()  # in the controller's time zone
    asked_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    differs = models.PositiveIntegerField(default=0)  # rows
    places = models.JSONField(default=list)  # datasets where it differs, by their names in the data map

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "store", "due_on"], name="recheck_once"),
        ]
        indexes = [
            models.Index(
                fields=["controller", "due_on"], condition=models.Q(asked_at__isnull=True), name="recheck_waits"
            )
        ]
