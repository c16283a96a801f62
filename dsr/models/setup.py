"""Changes to the set-up of a controller, as a hash chain of its own: who changed what when, before and after."""

from __future__ import annotations

from django.db import models

from dsr.models.base import KeyedRow, Sealed


class SetupEvent(Sealed, KeyedRow):
    """One link of a controller's set-up chain. Rows are only added (house.md idea 1, rules 4.4).

    `data` holds settings, codes and ids of colleagues, never anything of a subscriber. A note is free text, so it is sealed in
    this row and `data` holds its salted commitment.
    """

    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    schema = models.PositiveSmallIntegerField(default=1)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["controller", "seq"], name="setup_event_seq_once")]
        indexes = [models.Index(fields=["controller", "kind", "-seq"], name="setup_event_kind")]

    def key_owner(self) -> KeyedRow:
        """A note is sealed under a key of its own row."""
        return self
