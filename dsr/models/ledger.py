"""What an erasure leaves behind: hashes that find who came back, days on which stores are read again, and what is still kept."""

from __future__ import annotations

from django.db import models

from dsr.models.base import KeyedRow, OwnedRow, ScopedQuerySet, Sealed


class Erasure(OwnedRow):
    """One applied plan in one store, as the ledger remembers it (rules.md 6.4 no. 7): hashes, a plan's hash, no value.

    It outlives its case, and goes on `ends_on`, when no backup of the store can hold the person any more. `kept_at` is when
    the line was on the disk outside our database; empty: it is still to be written.
    """

    case = models.ForeignKey("dsr.Case", null=True, blank=True, on_delete=models.SET_NULL, related_name="erasures")
    store = models.CharField(max_length=60)
    plan_sha256 = models.CharField(max_length=64)
    # How each dataset was treated: [dataset, treatment, [[column, strategy], …]]; a replay may do this and nothing else.
    strategy = models.JSONField(default=list)
    persons = models.PositiveSmallIntegerField(default=0)
    applied_at = models.DateTimeField()
    ends_on = models.DateField()
    kept_at = models.DateTimeField(null=True, blank=True)
    replayed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "store", "plan_sha256"], name="erasure_once"),
        ]
        indexes = [
            models.Index(fields=["controller", "store", "applied_at"], name="erasure_since"),
            models.Index(fields=["ends_on"], name="erasure_ends"),
            models.Index(fields=["applied_at"], condition=models.Q(kept_at__isnull=True), name="erasure_unwritten"),
        ]


class ErasedIdentifier(models.Model):
    """A keyed hash of one identifier of somebody who was erased in one store. `person` counts within the entry, from 0.

    `stays`: the law kept it in that store (the number on an invoice), so finding it again proves nothing.
    """

    erasure = models.ForeignKey(Erasure, on_delete=models.CASCADE, related_name="identifiers")
    controller = models.ForeignKey("dsr.Controller", on_delete=models.PROTECT, related_name="+")
    person = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20)
    token = models.CharField(max_length=80)
    stays = models.BooleanField(default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["erasure", "person", "kind", "token"], name="erased_identifier_once")
        ]
        indexes = [models.Index(fields=["controller", "token"], name="erased_finds")]


class Rescan(OwnedRow):
    """A store that is read again some days after an erasure, for what came in late (writers, caches, replicas)."""

    case = models.ForeignKey("dsr.Case", on_delete=models.CASCADE, related_name="rescans")
    store = models.CharField(max_length=60)
    days = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    # Rows of hers or of nobody in which an identifier stood; NULL while nobody has looked.
    found = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "store", "days"], name="rescan_once")]
        indexes = [models.Index(fields=["due_at"], condition=models.Q(done_at__isnull=True), name="rescan_due")]


class KeptLine(Sealed, OwnedRow):
    """What stayed after an erasure: why, by which provision, until when (rules.md 3.4.2). It comes back on its day.

    Sealed content: the keys of the person in the store, which a plan starts from; a note. Both go with the case.
    """

    class Status(models.TextChoices):
        """Kept, being taken up again, gone; `replaced` by what a later plan says of the same rows."""

        KEPT = "kept"
        DUE = "due"
        GONE = "gone"
        REPLACED = "replaced"

    class Why(models.TextChoices):
        """A statute with a period, a contract that runs, a dispute that is open, or the data map's own statement."""

        LAW = "law"
        CONTRACT = "contract"
        DISPUTE = "dispute"
        MAP = "map"

    case = models.ForeignKey("dsr.Case", on_delete=models.CASCADE, related_name="kept_lines")
    store = models.CharField(max_length=60)
    dataset = models.CharField(max_length=80)
    label = models.JSONField(default=dict)  # by language code
    count = models.PositiveIntegerField(default=0)
    why = models.CharField(max_length=8, choices=Why.choices)
    law = models.TextField(blank=True)
    mark = models.CharField(max_length=16, blank=True)
    document_class = models.CharField(max_length=40, blank=True)
    document_year = models.PositiveSmallIntegerField(null=True, blank=True)
    # The last day of keeping by law; NULL: an event ends it, and somebody says when (`ends_on`).
    until = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    restricted = models.BooleanField(default=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.KEPT)
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["case", "status"], name="kept_of_case"),
            models.Index(fields=["until"], condition=models.Q(status="kept"), name="kept_until"),
        ]

    def key_owner(self) -> KeyedRow:
        """The case's key: a purged case takes its lines along."""
        return self.case
