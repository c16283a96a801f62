"""Who gets subscribers' data from us, and what they were told when these changed (Art. 19, 17(2); rules 3.4.3, R-06, Q-07)."""

from __future__ import annotations

from django.db import models

from dsr.models.base import KeyedRow, OwnedRow, Sealed
from dsr.models.work import Outgoing


class Recipient(OwnedRow):
    """A company that gets data from the controller. Facts about a company, so nothing is sealed.

    `name` is what the data maps call it; `datasets` ("store.dataset") is what it gets beside what they say. `secret` is
    never a secret but where one stands.
    """

    class Nature(models.TextChoices):
        """What it is to the controller; DIRECTORY, SEARCH_ENGINE and FORUM show data to everybody (17(2))."""

        PARTNER = "partner"
        JOINT_SERVICE = "joint_service"
        DIRECTORY = "directory"
        SEARCH_ENGINE = "search_engine"
        FORUM = "forum"
        CREDIT_BUREAU = "credit_bureau"
        COLLECTION = "collection"
        PROCESSOR = "processor"
        OTHER = "other"

    class Way(models.TextChoices):
        """How it is told. `hand`: by nobody but a person, who notes that it was."""

        MAIL = "mail"
        OPENDSR = "opendsr"
        HAND = "hand"

    PUBLIC = (Nature.DIRECTORY, Nature.SEARCH_ENGINE, Nature.FORUM)

    name = models.CharField(max_length=200)
    nature = models.CharField(max_length=14, choices=Nature.choices)
    way = models.CharField(max_length=8, choices=Way.choices)
    email = models.EmailField(blank=True)
    endpoint = models.URLField(max_length=300, blank=True)
    secret = models.CharField(max_length=200, blank=True)  # env:DSR_RECIPIENT_… or file:NAME
    # The kind of identifier (exporters.identifiers) by which it finds the record: the only one it is sent.
    identifier = models.CharField(max_length=20)
    language = models.CharField(max_length=12)
    datasets = models.JSONField(default=list)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["controller", "name"], condition=models.Q(ended_at__isnull=True), name="recipient_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RecipientNotice(Sealed, OwnedRow):
    """That one recipient is to be told of one change of a case, and what became of it.

    Sealed content: its name, the identifiers it finds the record by and their kind, and of a correction the new values.
    """

    class Change(models.TextChoices):
        """What happened to the data; ENDED is the end of a restriction (Q-07)."""

        RECTIFIED = "rectified"
        ERASED = "erased"
        RESTRICTED = "restricted"
        ENDED = "ended"

    class Status(models.TextChoices):
        """`open` waits for the mail or call; `failed` for a person. `told` is all the law wants (rules 4.0.3)."""

        OPEN = "open"
        FAILED = "failed"
        TOLD = "told"
        ACKNOWLEDGED = "acknowledged"
        EXEMPT = "exempt"

    WAITING = (Status.OPEN, Status.FAILED)

    case = models.ForeignKey("dsr.Case", on_delete=models.CASCADE, related_name="recipient_notices")
    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="notices")
    change = models.CharField(max_length=10, choices=Change.choices)
    letter = models.CharField(max_length=4)  # L-21 or L-22 (dsr.law.letters)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.OPEN)
    error_code = models.CharField(max_length=40, blank=True)  # what it answered last, or why it could not be told
    created_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    # When somebody looks again: a reminder, then a line for a person. NULL: nobody does.
    next_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "recipient", "change"], name="recipient_notice_once"),
            models.CheckConstraint(
                condition=~models.Q(status__in=["told", "acknowledged"]) | models.Q(told_at__isnull=False),
                name="recipient_notice_told_when",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=models.Q(next_at__isnull=False), name="recipient_notice_next"),
            models.Index(fields=["created_at"], condition=models.Q(status="open"), name="recipient_notice_open"),
        ]

    def key_owner(self) -> KeyedRow:
        """Sealed with the case."""
        return self.case


class RecipientMail(Sealed, Outgoing):
    """A mail or call to a recipient about one notice: the notice itself, or a reminder.

    Sealed content: of a mail address, subject and text, of a call its address, the place of its secret and what is sent.
    """

    notice = models.ForeignKey(RecipientNotice, on_delete=models.CASCADE, related_name="mails")

    class Meta:
        indexes = [
            models.Index(fields=["status", "not_before"], name="recipientmail_due"),
            models.Index(fields=["controller", "-created_at"], name="recipientmail_newest"),
        ]

    def key_owner(self) -> KeyedRow:
        """Sealed with the case."""
        return self.notice.case
