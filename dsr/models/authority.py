"""A matter before a supervisory authority about one case (Art. 77, 58(1), 31): what it asks, by when, and how it ended."""

from __future__ import annotations

from django.db import models

from dsr.models.base import KeyedRow, OwnedRow, Sealed


class AuthorityCase(Sealed, OwnedRow):
    """One complaint or inquiry. Sealed content: authority, its reference, and what was noted at each step; dates stand in clear.

    It goes with the case file, which is neither archived nor purged while it is open.
    """

    class State(models.TextChoices):
        """Where it stands: the authority waits for us, we wait for the authority, or it is over."""

        OPEN = "open"
        ANSWERED = "answered"
        CLOSED = "closed"

    class Outcome(models.TextChoices):
        """How it ended (Art. 58(2), 77(2))."""

        NO_INFRINGEMENT = "no_infringement"
        INFRINGEMENT = "infringement"
        WARNING = "warning"
        REPRIMAND = "reprimand"
        ORDER = "order"
        FINE = "fine"
        SETTLED = "settled"

    case = models.ForeignKey("dsr.Case", on_delete=models.CASCADE, related_name="authority_cases")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    received_on = models.DateField()  # in the controller's time zone, as all days here
    answer_due_on = models.DateField(null=True, blank=True)
    answered_on = models.DateField(null=True, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    # The answer day for which staff were told, so that a day that moves is told of again.
    reminded_for = models.DateField(null=True, blank=True)
    overdue_told_for = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="closed") & ~models.Q(outcome="") & models.Q(closed_at__isnull=False)
                | models.Q(state__in=["open", "answered"], outcome="", closed_at__isnull=True),
                name="authority_case_ends_whole",
            )
        ]
        indexes = [
            models.Index(
                fields=["controller", "answer_due_on"], condition=models.Q(state="open"), name="authority_case_due"
            )
        ]

    def key_owner(self) -> KeyedRow:
        """The case's key: a purged case takes it along."""
        return self.case
