"""Restrictions that stand (Art. 18), and letters somebody is still writing."""

from __future__ import annotations

from django.db import models

from dsr.law.restricting import RestrictionScope
from dsr.law.rights import RestrictionGround
from dsr.models.base import KeyedRow, OwnedRow, Sealed


class Restriction(Sealed, OwnedRow):
    """Data that are only stored for now (Q-04): since when, on which ground, until when at least. Sealed: which data.

    It ends when it is lifted after notice (18(3)), or when a decision takes its place (an objection that is accepted).
    """

    case = models.ForeignKey("dsr.Case", on_delete=models.CASCADE, related_name="restrictions")
    ground = models.CharField(max_length=24, choices=[(one.value, one.value) for one in RestrictionGround])
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # The day it has to last through, where one is known; in the controller's time zone.
    release_after = models.DateField(null=True, blank=True)
    lift_told_on = models.DateField(null=True, blank=True)
    lift_on = models.DateField(null=True, blank=True)  # the day L-13 names
    ended_at = models.DateTimeField(null=True, blank=True)
    scope = models.CharField(
        max_length=10,
        choices=[(one.value, one.value) for one in RestrictionScope],
        default=RestrictionScope.PERSON.value,
    )
    parts = models.JSONField(default=list)  # of DATASETS store.dataset, of USES the purposes as data maps name them
    changed_at = models.DateTimeField()  # when programs were last told something else: set, more numbers known, ended
    # The nightly look at the stores: the last day it was done, and what was not as it should be (store, code, place).
    checked_on = models.DateField(null=True, blank=True)
    drift = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="restriction_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(ground__in=[one.value for one in RestrictionGround]), name="restriction_ground_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["controller", "lift_on"],
                condition=models.Q(ended_at__isnull=True),
                name="restriction_open",
            ),
            models.Index(fields=["controller", "changed_at", "id"], name="restriction_changed"),
        ]

    def key_owner(self) -> KeyedRow:
        """The case's key: a purged case takes its restriction along."""
        return self.case


class RestrictedToken(OwnedRow):
    """A number or address of a restricted person as a keyed token: what programs ask by (Q-04). No value.

    Only what was proved, decided by a person or taught by the stores as hers alone; it goes with the restriction.
    """

    restriction = models.ForeignKey(Restriction, on_delete=models.CASCADE, related_name="tokens")
    kind = models.CharField(max_length=20)
    token = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["restriction", "kind", "token"], name="restricted_token_once")]
        indexes = [models.Index(fields=["controller", "kind", "token"], name="restricted_token_finds")]


class Composing(Sealed, OwnedRow):
    """What a colleague has typed into a letter and not sent yet; sealed, one row for each letter and colleague."""

    case = models.ForeignKey("dsr.Case", on_delete=models.CASCADE, related_name="composings")
    user = models.ForeignKey("dsr.User", on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=6)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "user", "code"], name="composing_once")]

    def key_owner(self) -> KeyedRow:
        """The case's key."""
        return self.case
