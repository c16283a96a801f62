"""Evidence packs: everything about one case for a supervisory authority, ordered as a row, made by a worker (rules 4.6)."""

from __future__ import annotations

from django.db import models

from dsr.models.base import KeyedRow, OwnedRow, Sealed


class EvidencePack(Sealed, OwnedRow):
    """One order; without `made_at` a worker has still to make it. The ZIP is an artifact of the case with an end of its own.

    Sealed content: which authority asks, and under which reference. It goes with the case file.
    """

    class Extent(models.TextChoices):
        """How much goes in: proof without the person's words, the case file, or the case file with the answer as it was sent."""

        LOG = "log"
        FILE = "file"
        ANSWER = "answer"

    case = models.ForeignKey("dsr.Case", on_delete=models.CASCADE, related_name="evidence_packs")
    extent = models.CharField(max_length=8, choices=Extent.choices)
    asked_by = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    ordered_at = models.DateTimeField()
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    error_code = models.CharField(max_length=40, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    artifact = models.ForeignKey(
        "dsr.Artifact", null=True, blank=True, on_delete=models.PROTECT, related_name="evidence_packs"
    )

    class Meta:
        constraints = [
            # A second press on the button, a second worker: one order at a time, and each of them is made once.
            models.UniqueConstraint(
                fields=["case", "extent"], condition=models.Q(made_at__isnull=True), name="evidence_pack_one_open"
            ),
        ]
        indexes = [
            models.Index(fields=["not_before"], condition=models.Q(made_at__isnull=True), name="evidence_pack_due"),
        ]

    def key_owner(self) -> KeyedRow:
        """The case's key: a purged case takes its orders along."""
        return self.case
