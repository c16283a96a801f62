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
        # With the request, so that a common name is answered from the index alone.
        indexes = [models.Index(fields=["controller", "kind", "token", "request"], name="token_finds")]


class OneTimeCode(Sealed, KeyedRow):
    """A one-time code to a contact: hashed, short-lived, few tries. Sealed content: where it went and what it proves."""

    class Purpose(models.TextChoices):
        """What a right code opens."""

        LINK = "link"  # account -> customer number
        IDENTITY = "identity"  # request -> customer number, without an account
        FOLLOW = "follow"  # a session for one request
        DOWNLOAD = "download"  # fresh proof before a package
        POST = "post"  # the same, in a letter to the address on file
        PROVE = "prove"  # who she is, in a letter to the address on file
        HAND = "hand"  # the page of a department that works by hand

    class Way(models.TextChoices):
        """How the digits travel; never to anywhere but a contact on file, except for FOLLOW."""

        MAIL = "mail"
        SMS = "sms"
        POST = "post"

    way = models.CharField(max_length=10, choices=Way.choices, default=Way.MAIL)
    # A hash of a secret of the session that asked: nobody else's guess is judged, nobody else uses the tries up.
    asker = models.CharField(max_length=64, blank=True)
    # A keyed token of the customer number, so that letters to one person are counted over all requests.
    number_token = models.CharField(max_length=80, blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)
    # of a letter: when the file was written for the post room, and when it left
    printed_at = models.DateTimeField(null=True, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
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
        indexes = [
            models.Index(fields=["controller", "purpose", "created_at"], name="code_recent"),
            models.Index(
                fields=["controller", "printed_at"], condition=models.Q(way="post", posted_at=None), name="code_to_post"
            ),
        ]

    def key_owner(self) -> KeyedRow:
        return self
