"""A plan: what would happen to one person's data in every store, and who approved exactly that (house.md idea 3)."""

from __future__ import annotations

from django.db import models

from dsr.models.base import KeyedRow, OwnedRow, Sealed


class Plan(Sealed, OwnedRow):
    """The lines of all stores under one hash. Sealed content: the lines per store, with the row keys; clear: counts and dates.

    What works at once has a plan for each store, made and carried out under a standing policy that stands in for the
    second person; somebody looks at it afterwards (4.0.2).
    """

    class Status(models.TextChoices):
        """A plan is approved once; a changed one is a new plan."""

        DRAFT = "draft"
        APPROVED = "approved"
        STALE = "stale"  # a listed row, its owner, the treatment, the law or the schema changed
        WITHDRAWN = "withdrawn"  # the approval was taken back, or it expired
        APPLIED = "applied"
        REPLACED = "replaced"

    class Occasion(models.TextChoices):
        """Why a store is changed once more after the answer."""

        REPLAY = "replay"  # a restored backup brought back what had been erased
        KEPT = "kept"  # the period is over for which a law kept it
        RESIDUE = "residue"  # a later search found something of hers

    case = models.ForeignKey("dsr.Case", on_delete=models.CASCADE, related_name="plans")
    number = models.PositiveIntegerField()
    store = models.CharField(max_length=60, blank=True)  # empty: all stores
    # What a plan after the answer is for; empty: the right of the case itself (docs/after-erasure.md).
    occasion = models.CharField(max_length=8, choices=Occasion.choices, blank=True, default="", db_default="")
    policy = models.CharField(max_length=40, blank=True)  # the id of the standing policy, and the hash of its text
    policy_sha256 = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    sha256 = models.CharField(max_length=64)
    summary = models.JSONField(
        default=list
    )  # per line: store, dataset, treatment, law, end date, counts; no keys, no values
    created_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    not_before = models.DateTimeField(null=True, blank=True)  # the end of the cooling time
    expires_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(
        null=True, blank=True
    )  # of what worked at once: somebody looked at it afterwards

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="plan_number_once"),
            models.UniqueConstraint(
                fields=["case", "store", "occasion"],
                condition=models.Q(status__in=["draft", "approved"]),
                name="plan_one_current_of",
            ),
        ]
        indexes = [
            models.Index(
                fields=["controller", "created_at"],
                condition=models.Q(reviewed_at__isnull=True) & ~models.Q(policy=""),
                name="plan_to_review",
            )
        ]

    def key_owner(self) -> KeyedRow:
        """The case's key: a purged case takes its plans along."""
        return self.case
