"""Mail that came in, and the controllers we share responsibility with or work for."""

from __future__ import annotations

from django.db import models

from dsr.models.base import KeyedRow, OwnedRow, RingId, Sealed


class InboundMail(Sealed, KeyedRow):
    """One mail of a mailbox of the privacy office: where it lay, when it reached us, what was made of it.

    Sealed content: sender, subject, text, the list of its attachments, and why it was decided as it was. The mail as it
    came lies sealed in the storage under the key of this row; both end with `delete_after` (rules 4.5).
    """

    class Kind(models.TextChoices):
        """What was made of it; `new` waits for the job, `undecided` for a person."""

        NEW = "new"
        REQUEST = "request"
        MESSAGE = "message"
        UNDECIDED = "undecided"
        DISMISSED = "dismissed"
        BOUNCE = "bounce"
        AUTOMATIC = "automatic"
        LIST = "list"
        LOOP = "loop"
        DUPLICATE = "duplicate"

    folder = models.CharField(max_length=200)
    uid_validity = models.BigIntegerField()
    uid = models.BigIntegerField()
    size = models.PositiveBigIntegerField()  # bytes, as the mail server counts them
    received_at = models.DateTimeField()  # when it reached our mail server (T-02)
    fetched_at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.NEW)
    # Why a person has to decide; a code of dsr.desk.inbox_words.
    doubt = models.CharField(max_length=20, blank=True)
    # A keyed hash of Message-ID, sender, date and content: the same mail twice is one. Empty: not looked at, or it is the second.
    fingerprint = models.CharField(max_length=80, blank=True)
    # A keyed hash of the sender's address, to count what one sender opened.
    sender_token = models.CharField(max_length=80, blank=True)
    request = models.ForeignKey("dsr.Request", null=True, blank=True, on_delete=models.CASCADE, related_name="mails")
    message = models.ForeignKey("dsr.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)  # the next try; NULL: nothing is left to do
    decided_by = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    storage_name = models.CharField(max_length=200, blank=True)  # empty: the bytes are gone, or were never fetched
    delete_after = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["controller", "folder", "uid_validity", "uid"], name="inbound_mail_once"),
            models.UniqueConstraint(
                fields=["controller", "fingerprint"],
                condition=~models.Q(fingerprint=""),
                name="inbound_mail_content_once",
            ),
        ]
        indexes = [
            models.Index(fields=["controller", "-received_at"], name="inbound_newest"),
            models.Index(fields=["controller", "kind", "received_at"], name="inbound_kind"),
            models.Index(fields=["controller", "sender_token", "received_at"], name="inbound_sender"),
            models.Index(
                fields=["not_before"], condition=models.Q(not_before__isnull=False), name="inbound_unfinished"
            ),
            models.Index(
                fields=["delete_after"], condition=models.Q(deleted_at__isnull=True), name="inbound_to_delete"
            ),
            models.Index(RingId("wrapped_key"), name="inbound_ring"),
        ]

    def key_owner(self) -> KeyedRow:
        return self


class Partner(OwnedRow):
    """Another controller: one we process for (Art. 28), or one we decide together with (Art. 26). Facts about a company."""

    class Bond(models.TextChoices):
        """What we are to it."""

        PROCESSOR_FOR = "processor_for"
        JOINT = "joint"

    name = models.CharField(max_length=200)
    bond = models.CharField(max_length=14, choices=Bond.choices)
    email = models.EmailField(blank=True)
    # How details reach it: its portal, a contact person, an address; in words.
    way = models.CharField(max_length=300)
    # What the contract or the arrangement says about who answers, in words for the person; may be empty.
    about = models.CharField(max_length=500, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["controller", "name"], condition=models.Q(ended_at__isnull=True), name="partner_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
