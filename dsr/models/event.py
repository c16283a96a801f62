"""The event chain: what happened, in codes, counts and commitments, never values. Content lives in sealed notes beside it."""

from __future__ import annotations

from django.db import models

from dsr.models.base import KeyedRow, OwnedRow, Row, Sealed


class Event(OwnedRow):
    """One link of a case's chain; `seq` is the case's version, claimed by the update that the event reports."""

    case = models.ForeignKey("dsr.Case", on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=40, blank=True)
    action = models.CharField(max_length=40)
    from_state = models.CharField(max_length=20)
    to_state = models.CharField(max_length=20)
    data = models.JSONField(default=dict)
    schema = models.PositiveSmallIntegerField(default=1)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="event_seq_once")]
        indexes = [models.Index(fields=["action", "at"], name="event_action")]


class EventNote(Sealed, OwnedRow):
    """Free text, addresses and delivery proofs of an event; the event holds a salted commitment (rules.md 4.0.9)."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="note")

    def key_owner(self) -> KeyedRow:
        return self.event.case


class Anchor(Row):
    """A day's Merkle root over the heads of all chains, the previous root included.

    `schema` 1 counts the chains of cases, 2 those of the set-up as well.
    """

    day = models.DateField(unique=True)
    root = models.CharField(max_length=64)
    previous_root = models.CharField(max_length=64, blank=True)
    heads = models.PositiveIntegerField()
    schema = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField()
