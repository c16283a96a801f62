"""Who heard of which case when, and who stands in for whom (rules 1.7)."""

from __future__ import annotations

from django.db import models

from dsr.models.base import OwnedRow, Row


class Escalation(OwnedRow):
    """A rung of the ladder that was reached: once per case, rung and the date it counts to."""

    case = models.ForeignKey("dsr.Case", on_delete=models.CASCADE, related_name="escalations")
    rung = models.CharField(max_length=20)  # a RungCode, or "silent": the subject has not answered (T-15)
    counted_to = models.DateField()  # the act-by or due date: after an extension the rungs come again for the new one
    fell_on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "rung", "counted_to"], name="escalation_once")]


class Told(Row):
    """Who is to hear of an escalation; `notice` is empty until a digest takes it along."""

    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="told")
    user = models.ForeignKey("dsr.User", on_delete=models.CASCADE, related_name="+")
    stands_in_for = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    notice = models.ForeignKey("dsr.Notice", null=True, blank=True, on_delete=models.SET_NULL, related_name="told")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["escalation", "user"], name="told_once")]
        indexes = [models.Index(fields=["user"], condition=models.Q(notice__isnull=True), name="told_waiting")]


class Absence(OwnedRow):
    """Days on which a member of staff is away, first and last inclusive, in the controller's days."""

    user = models.ForeignKey("dsr.User", on_delete=models.CASCADE, related_name="absences")
    first_on = models.DateField()
    last_on = models.DateField()
    stand_in = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(last_on__gte=models.F("first_on")), name="absence_order"),
            models.CheckConstraint(
                condition=models.Q(stand_in__isnull=True) | ~models.Q(stand_in=models.F("user")), name="absence_other"
            ),
        ]
        indexes = [models.Index(fields=["controller", "last_on"], name="absence_now")]


class Incident(OwnedRow):
    """Something that went wrong with a case and is kept for the authority: an answer that is late (transition 23)."""

    class Kind(models.TextChoices):
        """What happened."""

        OVERDUE = "overdue"

    case = models.ForeignKey("dsr.Case", on_delete=models.CASCADE, related_name="incidents")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    due_on = models.DateField()
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "kind", "due_on"], name="incident_once")]
