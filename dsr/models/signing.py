"""The keys with which a controller signs its packages: the public half for everybody, the private half sealed."""

from __future__ import annotations

from django.db import models

from dsr.models.base import KeyedRow, Sealed


class SigningKey(Sealed, KeyedRow):
    """One Ed25519 key of a controller. `private` is sealed in the row, under the row's own data key.

    A retired key keeps its row and its public half, because packages signed with it must stay verifiable; emptying
    `wrapped_key` then makes sure that nobody signs with it again.
    """

    # SHA-256 of the raw public key in hexadecimal: what people compare.
    key_id = models.CharField(max_length=64, unique=True)
    public = models.CharField(max_length=64)  # the raw 32 bytes, base64
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    made_by = models.CharField(max_length=60)  # `kind:id` of the actor, as in the event chain
    retired_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["controller"], condition=models.Q(valid_to__isnull=True), name="signing_key_one_valid"
            ),
        ]

    def key_owner(self) -> KeyedRow:
        return self
