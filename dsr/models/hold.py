"""A legal hold: a matter for which nothing of a case, a person or a store may be erased until it is over."""

from __future__ import annotations

from django.db import models

from dsr.models.base import KeyedRow, RingId, Sealed


class Hold(Sealed, KeyedRow):
    """One hold with its scope. Sealed content: matter, authority and reason. `Case.legal_hold` is derived from these rows.

    A person is named by a keyed token of the identifier that was given, as in the blind index: no value stands here.
    """

    class Scope(models.TextChoices):
        """What is held: the cases of one request, all cases of one person, or everything in one store."""

        CASE = "case"
        PERSON = "person"
        STORE = "store"

    scope = models.CharField(max_length=8, choices=Scope.choices)
    case = models.ForeignKey("dsr.Case", null=True, blank=True, on_delete=models.SET_NULL, related_name="holds")
    kind = models.CharField(max_length=20, blank=True)
    token = models.CharField(max_length=80, blank=True)
    store = models.CharField(max_length=60, blank=True)
    placed_at = models.DateTimeField()
    placed_by = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # When somebody asks whether it is still needed. It does not end by itself: that would let an erasure go on unseen.
    review_on = models.DateField(null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scope="case", token="", store="")
                | models.Q(scope="person", store="") & ~models.Q(token="")
                | models.Q(scope="store", token="") & ~models.Q(store=""),
                name="hold_scope_whole",
            )
        ]
        indexes = [
            models.Index(fields=["controller", "scope"], condition=models.Q(lifted_at__isnull=True), name="hold_open"),
            models.Index(RingId("wrapped_key"), name="hold_ring"),
        ]

    def key_owner(self) -> KeyedRow:
        """A key of its own: a hold outlives the case it was placed for."""
        return self
