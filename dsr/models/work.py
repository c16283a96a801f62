"""Rows that say what is due: tasks on stores, artifacts made, messages to send, the pulse of the tick."""

from __future__ import annotations

from django.db import models

from dsr.models.base import KeyedRow, OwnedRow, RingId, Sealed


class Task(OwnedRow):
    """One operation on one store for one case. Truth for the worker; the queue only wakes it (house.md idea 4)."""

    class Status(models.TextChoices):
        """`manual` waits for a person; `waived` was left out by a lead with a reason; both are visible on the case."""

        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        MANUAL = "manual"
        WAIVED = "waived"
        CANCELLED = "cancelled"

    case = models.ForeignKey("dsr.Case", on_delete=models.CASCADE, related_name="tasks")
    store = models.CharField(max_length=60, blank=True)
    operation = models.CharField(max_length=20)
    # Several letters of one case are laid out independently; every other operation exists once per case and store.
    letter = models.ForeignKey("dsr.Letter", null=True, blank=True, on_delete=models.CASCADE, related_name="tasks")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveIntegerField(default=0)  # also the fencing token: a late zombie holds an older number
    failures = models.PositiveSmallIntegerField(default=0)  # since a person last asked for a try; chooses the wait
    not_before = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_place = models.CharField(max_length=200, blank=True)
    progress = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)  # counts, hashes and codes only
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "store", "operation"], condition=models.Q(letter__isnull=True), name="task_once"
            ),
            models.UniqueConstraint(fields=["letter", "operation"], name="task_letter_once"),
            models.CheckConstraint(
                condition=models.Q(status__in=["queued", "running", "done", "manual", "waived", "cancelled"]),
                name="task_status_known",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "not_before"], name="task_due"),
            models.Index(
                fields=["case"], condition=models.Q(status__in=["queued", "running", "manual"]), name="task_unfinished"
            ),
        ]


class Artifact(KeyedRow):
    """A sealed file with a key of its own: what a store gave, a letter, a report, the package."""

    class Kind(models.TextChoices):
        """What the file is."""

        COLLECTED = "collected"
        PACKAGE = "package"
        LETTER = "letter"
        REPORT = "report"
        CERTIFICATE = "certificate"
        WRITTEN = "written"  # a letter beside the answer: a question, an extension, a refusal
        # Files of the subject as a store gave them, one after the other, and the list of them.
        ATTACHMENT = "attachment"
        FILE_LIST = "file_list"
        OUTGOING = "outgoing"  # the portable copy as another controller gets it
        REDACTION = "redaction"  # the texts somebody reads before the answer leaves
        EVIDENCE = "evidence"  # the case for a supervisory authority (rules 4.6)

    case = models.ForeignKey("dsr.Case", on_delete=models.PROTECT, related_name="artifacts")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    store = models.CharField(max_length=60, blank=True)
    file_name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=80)
    storage_name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    details = models.JSONField(default=dict)  # counts and hashes only
    created_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)  # that the time to download ends soon
    confirmed_at = models.DateTimeField(null=True, blank=True)  # the person says that she has it (4.5)
    revoked_at = models.DateTimeField(null=True, blank=True)  # taken back by staff; nothing opens it any more

    class Meta:
        indexes = [
            models.Index(RingId("wrapped_key"), name="artifact_ring"),
            models.Index(
                fields=["expires_at"],
                condition=models.Q(kind="package", reminded_at__isnull=True, confirmed_at__isnull=True),
                name="artifact_unreminded",
            ),
        ]

    @property
    def is_current(self) -> bool:
        """Not replaced by a later run."""
        return self.superseded_at is None


class Outgoing(OwnedRow):
    """Something to send: a row first, taken by a job for a limited time, under a Message-ID made of its id."""

    class Status(models.TextChoices):
        """A message is sent at most once per claim. `bounced`: the other side gave it back after it had left.

        `posted`: it could not be delivered, and a person sent a letter instead. `held`: its request is held as part of a
        flood, and nothing is sent for it until a person lets it through.
        """

        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"
        BOUNCED = "bounced"
        POSTED = "posted"
        HELD = "held"

    # What a person has to settle: send again, or post a letter.
    UNDELIVERED = (Status.FAILED, Status.BOUNCED)

    kind = models.CharField(max_length=24)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    # How often a person had it sent again. Part of the Message-ID: what comes back for an earlier round is not about this one.
    round = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True)  # beside `sent`: the other side reported a delay
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def message_id(self) -> str:
        """The Message-ID, the same however often a worker tries, another one each time a person sends it again."""
        again = f".{self.round}" if self.round else ""
        return f"<{self.pk}{again}@{self.controller.privacy_email.rpartition('@')[2]}>"


class Message(Sealed, Outgoing):
    """A mail or portal message of a request. Sealed content: address, subject, text."""

    request = models.ForeignKey("dsr.Request", on_delete=models.CASCADE, related_name="messages")
    inbound = models.BooleanField(default=False)
    by_mail = models.BooleanField(default=True)
    author = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["status", "not_before"], name="message_due"),
            models.Index(fields=["controller", "-created_at"], name="message_newest"),
        ]

    def key_owner(self) -> KeyedRow:
        return self.request


class Notice(Sealed, Outgoing):
    """A mail to a member of staff: the digest of one run, an alarm. Sealed content: subject and text, no personal data."""

    user = models.ForeignKey("dsr.User", on_delete=models.CASCADE, related_name="notices")

    class Meta:
        indexes = [
            models.Index(fields=["status", "not_before"], name="notice_due"),
            models.Index(fields=["controller", "-created_at"], name="notice_newest"),
        ]

    def key_owner(self) -> KeyedRow:
        return self.user


class Pulse(models.Model):
    """When a recurring part (the tick, one of its passes, a worker) last ran to its end; `/healthz` and the desk show it.

    While it fails, `failing_since` and the type of the error stand beside the last good time.
    """

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=60, blank=True)


class StoreHealth(OwnedRow):
    """What the last check of a store said: codes and places, never values."""

    store = models.CharField(max_length=60)
    ok = models.BooleanField()
    code = models.CharField(max_length=40, blank=True)
    place = models.CharField(max_length=200, blank=True)
    problems = models.PositiveIntegerField(default=0)  # differences between data map and store
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["controller", "store"], name="store_health_once")]
