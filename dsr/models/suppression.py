"""Who wants no marketing, as hashes that outlive every case file, and the keys of programs that ask or mint links."""

from __future__ import annotations

from django.db import models

from dsr.models.base import KeyedRow, OwnedRow, RingId


class SuppressionKey(KeyedRow):
    """The secret of one controller's suppression list and stop links, wrapped by the key ring.

    The ring may rotate as often as it likes: hashes and links are made under this key, which is only wrapped anew. A new
    `number` begins a new key; the older ones go on answering for what was made under them. `retired_at`: since when no entry
    of the list is under this key any more, so that only links are still read with it.
    """

    number = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["controller", "number"], name="suppression_key_once")]
        indexes = [models.Index(RingId("wrapped_key"), name="suppression_ring")]


class Suppression(OwnedRow):
    """One address or number that gets no marketing through some channels (O-03, O-04). No value, only its keyed hash.

    The entry outlives the case file that it came from; it goes when the person lifts it herself.
    """

    class Kind(models.TextChoices):
        """What was hashed."""

        EMAIL = "email"
        PHONE = "phone"
        POST = "post"
        CUSTOMER_NUMBER = "customer_number"

    class Source(models.TextChoices):
        """How it came here."""

        PORTAL = "portal"
        LINK = "link"
        STAFF = "staff"
        REQUEST = "request"

    kind = models.CharField(max_length=16, choices=Kind.choices)
    token = models.CharField(max_length=64)
    channels = models.JSONField(default=list)  # sorted codes of dsr.law.policies.Channel
    since = models.DateTimeField()
    source = models.CharField(max_length=8, choices=Source.choices)
    request = models.ForeignKey("dsr.Request", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    review_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["controller", "kind", "token"], name="suppression_once")]
        indexes = [models.Index(fields=["controller", "review_on"], name="suppression_review")]


class ApiKey(OwnedRow):
    """A program of the controller that may call the machine interface. The key itself is shown once and stored nowhere."""

    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the random key
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


class ApiUse(OwnedRow):
    """How much a key asked the lists in bulk on one day (UTC): calls, rows, and rows that were stopped. Numbers, and nobody's."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="uses")
    scope = models.CharField(max_length=20)
    day = models.DateField()
    calls = models.PositiveIntegerField(default=0)
    rows = models.PositiveBigIntegerField(default=0)
    stopped = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "scope", "day"], name="api_use_once")]
