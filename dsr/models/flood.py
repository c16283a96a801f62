"""Filings that look like a flood: held beside the queue until a person lets them through or closes them."""

from __future__ import annotations

from django.db import models

from dsr.models.base import OwnedRow


class Suspicion(OwnedRow):
    """Why a request is held, and what became of that. The request, its reference and its clock are those of any other.

    `settled_at` NULL: held now. `network` is a keyed hash of the sender's /24 or /48, to count networks and nothing else.
    """

    class Outcome(models.TextChoices):
        """How a person settled it; `taken_up`: the sender said that it is real."""

        RELEASED = "released"
        DISMISSED = "dismissed"
        TAKEN_UP = "taken_up"

    request = models.OneToOneField("dsr.Request", on_delete=models.CASCADE, related_name="suspicion")
    reasons = models.JSONField(default=list)  # codes of dsr.cases.flood.Mark
    network = models.CharField(max_length=32, blank=True)
    marked_at = models.DateTimeField()
    # The instant at which the first of this wave was held: what is closed together is of one wave.
    wave = models.DateTimeField()
    # The sender came back to the page of the request, or wrote: never closed together with others.
    alive_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(settled_at__isnull=True, outcome="")
                | models.Q(settled_at__isnull=False, outcome__in=["released", "dismissed", "taken_up"]),
                name="suspicion_settled",
            ),
        ]
        indexes = [
            models.Index(
                fields=["controller", "wave", "marked_at"],
                condition=models.Q(settled_at__isnull=True),
                name="suspicion_held",
            ),
        ]
