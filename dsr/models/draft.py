"""What a person is about to send: the request she is still writing, and the files she gave us."""

from __future__ import annotations

from django.db import models

from dsr.models.base import KeyedRow, RingId, Sealed


class Draft(Sealed, KeyedRow):
    """A request in the making. Sealed content: `{"key": submission key, "answers": {page: answers}, "done": [pages]}`.

    Found by `digest`, the SHA-256 of the random token in the person's cookie; the token itself is stored nowhere.
    """

    user = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.CASCADE, related_name="drafts")
    digest = models.CharField(max_length=64, unique=True)
    updated_at = models.DateTimeField()
    expires_at = models.DateTimeField()  # seven days after the last answer

    class Meta:
        indexes = [
            models.Index(fields=["expires_at"], name="draft_expiry"),
            models.Index(RingId("wrapped_key"), name="draft_ring"),
        ]

    def key_owner(self) -> KeyedRow:
        return self


class Upload(Sealed, KeyedRow):
    """A file that somebody sent us, or that we give along, sealed under a key of its own. Sealed content: `{"name": file name as given}`.

    When the file has been deleted the row stays and says that there was one: its key, and so its name, are gone.
    """

    class Purpose(models.TextChoices):
        """What the file is for; its retention follows from it (rules 4.5)."""

        AUTHORITY = "authority"  # a power of attorney, a court's decision
        IDENTITY = "identity"  # what shows who asks
        EVIDENCE = "evidence"  # what shows that something is wrong, or is so
        MESSAGE = "message"  # sent along with a message
        ENCLOSURE = "enclosure"  # what the office gives along with a letter or a message of its own
        MATTER = "matter"  # a letter of or to a supervisory authority about a case

    draft = models.ForeignKey(Draft, null=True, blank=True, on_delete=models.CASCADE, related_name="uploads")
    request = models.ForeignKey("dsr.Request", null=True, blank=True, on_delete=models.CASCADE, related_name="uploads")
    message = models.ForeignKey("dsr.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="uploads")
    # Of an enclosure: the letter it goes with, a draft until that is sent.
    letter = models.ForeignKey(
        "dsr.Letter", null=True, blank=True, on_delete=models.SET_NULL, related_name="enclosures"
    )
    # Of a letter of or to an authority: the matter that it belongs to, none until its step is noted.
    matter = models.ForeignKey(
        "dsr.AuthorityCase", null=True, blank=True, on_delete=models.SET_NULL, related_name="files"
    )
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    # The person sent it, by whatever way: only then may she have it again in the portal.
    from_person = models.BooleanField(default=False, db_default=False)
    media_type = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField()  # bytes, plain
    sha256 = models.CharField(max_length=64)  # of the plain bytes, as stored
    storage_name = models.CharField(max_length=200, blank=True)  # empty: the bytes are gone
    created_at = models.DateTimeField()
    delete_after = models.DateTimeField(null=True, blank=True)
    scanned = models.BooleanField(default=False)  # a virus scanner looked at it and found nothing
    scan_attempts = models.PositiveSmallIntegerField(default=0)  # of the tick, when the scanner had no answer at first
    seen_by = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True)  # verified; what is left of a proof (rules 4.5)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(purpose__in=["authority", "identity", "evidence", "message", "enclosure", "matter"]),
                name="upload_purpose_known",
            ),
        ]
        indexes = [
            models.Index(fields=["delete_after"], condition=models.Q(deleted_at__isnull=True), name="upload_to_delete"),
            models.Index(
                fields=["created_at"],
                condition=models.Q(deleted_at__isnull=True, scanned=False),
                name="upload_unscanned",
            ),
            # Bytes whose key is gone, and that a process which died did not delete.
            models.Index(
                fields=["deleted_at"],
                condition=models.Q(deleted_at__isnull=False) & ~models.Q(storage_name=""),
                name="upload_bytes_left",
            ),
            models.Index(RingId("wrapped_key"), name="upload_ring"),
        ]

    @property
    def is_proof(self) -> bool:
        """Whether it shows who somebody is or that she may act: looked at, deleted, never handed out again (I-04, 4.5)."""
        return self.purpose in {self.Purpose.IDENTITY, self.Purpose.AUTHORITY}

    def key_owner(self) -> KeyedRow:
        return self
