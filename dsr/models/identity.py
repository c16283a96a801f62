"""What proving an identity leaves behind: contacts that were seen on file, and checks that a member of staff has to make."""

from __future__ import annotations

from django.db import models

from dsr.models.base import KeyedRow, OwnedRow, Sealed


class ContactSeen(OwnedRow):
    """A contact that a store held for a customer number on a day: keyed tokens only, neither can be read (I-07).

    Two rows of one number say that its contact changed, and the younger one since when. A row goes a year after the
    contact was last seen.
    """

    store = models.CharField(max_length=60)
    number_token = models.CharField(max_length=80)
    contact_token = models.CharField(max_length=80)
    kind = models.CharField(max_length=10)  # email, phone
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["controller", "store", "number_token", "contact_token"], name="contact_seen_once"
            )
        ]
        indexes = [models.Index(fields=["last_seen_at"], name="contact_seen_last")]


class IdentityCheck(Sealed, KeyedRow):
    """Something a member of staff has to do so that it is known who asks: call back, or compare what an eID said (I-04).

    Sealed content of a comparison: the claims. Its key is destroyed with the decision, so that they are gone.
    """

    class Kind(models.TextChoices):
        """What is to be done."""

        CALLBACK = "callback"
        COMPARE = "compare"

    request = models.ForeignKey("dsr.Request", on_delete=models.CASCADE, related_name="checks")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # A code, never words: the part of the day to call in, or which eID service spoke.
    detail = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    due_on = models.DateField()
    tries = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    outcome = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "kind"], condition=models.Q(closed_at__isnull=True), name="one_open_check"
            )
        ]
        indexes = [models.Index(fields=["controller", "closed_at", "due_on"], name="checks_open")]

    def key_owner(self) -> KeyedRow:
        return self
