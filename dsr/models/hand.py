"""Work that somebody in a department does by hand: what was asked, by which links it opens, files on their way, mails about it."""

from __future__ import annotations

from django.db import models

from dsr.models.base import KeyedRow, OwnedRow, Sealed
from dsr.models.work import Outgoing


class HandTask(Sealed, OwnedRow):
    """What a department is asked to do for one task. Asked anew, it is the same row in its next round.

    Sealed content: who is asked (name, e-mail, language, escalation address) and what was said.
    """

    class Outcome(models.TextChoices):
        """What the department says; empty while it has not answered."""

        FOUND = "found"  # files or rows of the person are handed in
        NOTHING = "nothing"
        DONE = "done"  # as asked: erased, corrected, restricted
        CANNOT = "cannot"  # with the reason; somebody at the desk goes on from there

    task = models.OneToOneField("dsr.Task", on_delete=models.CASCADE, related_name="hand")
    round = models.PositiveSmallIntegerField(default=1)
    reason_code = models.CharField(max_length=40)  # why no program does it
    asked_at = models.DateTimeField()
    answer_by = models.DateField()  # in the controller's days
    days = models.PositiveSmallIntegerField()
    rung = models.PositiveSmallIntegerField(default=0)
    # The next day on which somebody is reminded; NULL: nobody is, any more.
    next_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_on"], condition=models.Q(next_on__isnull=False), name="hand_next"),
        ]

    def key_owner(self) -> KeyedRow:
        """Sealed with the case."""
        return self.task.case


class HandLink(OwnedRow):
    """A way in for whoever is asked: only the hash of the token is kept."""

    class Reader(models.TextChoices):
        """To whom the mail with the link went, and therefore the code that opens it."""

        OWNER = "owner"
        ESCALATION = "escalation"

    hand = models.ForeignKey(HandTask, on_delete=models.CASCADE, related_name="links")
    reader = models.CharField(max_length=10, choices=Reader.choices, default=Reader.OWNER)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)  # the first right code
    ended_at = models.DateTimeField(null=True, blank=True)  # taken back, replaced, or no longer needed


class HandFile(Sealed, OwnedRow):
    """A file that was added and not handed in yet. Sealed content: its name. `artifact` counts for nothing until then."""

    hand = models.ForeignKey(HandTask, on_delete=models.CASCADE, related_name="files")
    artifact = models.OneToOneField("dsr.Artifact", on_delete=models.CASCADE, related_name="+")
    dataset = models.CharField(max_length=60, blank=True)
    rows = models.PositiveIntegerField(null=True, blank=True)  # of a table; NULL for a file that is handed on as it is
    created_at = models.DateTimeField()

    def key_owner(self) -> KeyedRow:
        """Sealed with the case."""
        return self.hand.task.case


class OwnerMail(Sealed, Outgoing):
    """A mail to a department about one task. Sealed content: address, subject, text (which holds the link)."""

    hand = models.ForeignKey(HandTask, on_delete=models.CASCADE, related_name="mails")

    class Meta:
        indexes = [
            models.Index(fields=["status", "not_before"], name="ownermail_due"),
            models.Index(fields=["controller", "-created_at"], name="ownermail_newest"),
        ]

    def key_owner(self) -> KeyedRow:
        """Sealed with the case."""
        return self.hand.task.case


class RequestLink(OwnedRow):
    """Whether two requests are shown as those of one person, as a colleague decided; the reasons stand in their histories."""

    # Named, because a request is deleted with whatever names it (dsr.cases.erase_rows).
    first = models.ForeignKey("dsr.Request", on_delete=models.CASCADE, related_name="linked_first")
    second = models.ForeignKey("dsr.Request", on_delete=models.CASCADE, related_name="linked_second")
    linked = models.BooleanField()
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="request_link_once")]
