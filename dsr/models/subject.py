"""The data subject as the stores know her: identifiers with the link that taught each, and the rows found."""

from __future__ import annotations

from django.db import models

from dsr.models.base import KeyedRow, OwnedRow, Sealed


class Subject(Sealed, OwnedRow):
    """One per request; sealed content: identifiers (kind, value, store, link) and row keys per store."""

    request = models.OneToOneField("dsr.Request", on_delete=models.CASCADE, related_name="subject")
    located_at = models.DateTimeField(null=True, blank=True)

    def key_owner(self) -> KeyedRow:
        return self.request


class IndexToken(OwnedRow):
    """Blind index: finds a request by a person's identifier or name without storing either."""

    kind = models.CharField(max_length=20)
    token = models.CharField(max_length=80)
    request = models.ForeignKey("dsr.Request", on_delete=models.CASCADE, related_name="tokens")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "kind", "token"], name="token_once")]
        indexes = [models.Index(fields=["controller", "kind", "token"], name="token_lookup")]


class OneTimeCode(Sealed, KeyedRow):
    """A one-time code to a contact: hashed, short-lived, few tries. Sealed content: where it went and what it proves."""

    class Purpose(models.TextChoices):
        """What a right code opens."""

        LINK = "link"  # account -> customer number
        IDENTITY = "identity"  # request -> customer number, without an account
        FOLLOW = "follow"  # a session for one request
        DOWNLOAD = "download"  # fresh proof before a package
        POST = "post"  # the same, in a letter to the address on file

    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    user = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    request = models.ForeignKey("dsr.Request", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts_left = models.PositiveSmallIntegerField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["controller", "purpose", "created_at"], name="code_recent")]

    def key_owner(self) -> KeyedRow:
        return self
