"""What approvals rest on: who is too close to a person to work on her request, and what a second person has been shown."""

from __future__ import annotations

from django.db import models

from dsr.models.base import KeyedRow, OwnedRow, Sealed


class Closeness(Sealed, OwnedRow):
    """A colleague is the person herself, a relative, or works beside her: she does nothing to the request (rules 4.3).

    Sealed content: how close, and the words it was said with. One row stands for a colleague and a request at a time; a
    withdrawn one stays as the record of who had said so.
    """

    class Source(models.TextChoices):
        """Who said so."""

        HERSELF = "herself"
        LEAD = "lead"
        SYSTEM = "system"  # the proven address of the request is that of the colleague

    request = models.ForeignKey("dsr.Request", on_delete=models.CASCADE, related_name="closeness")
    user = models.ForeignKey("dsr.User", on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=8, choices=Source.choices)
    declared_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "user"], condition=models.Q(withdrawn_at__isnull=True), name="closeness_once"
            ),
        ]

    def key_owner(self) -> KeyedRow:
        return self.request


class AnswerVersion(Sealed, OwnedRow):
    """What there was to approve, as a summary: counts, hashes and sentences, kept after the bytes were replaced.

    `shown_at` says when it was handed to a second person; what nobody was shown goes with the next version. Sealed content:
    the summary by kind (`dsr.cases.versions`).
    """

    class Kind(models.TextChoices):
        """What is approved."""

        PACKAGE = "package"
        PLAN = "plan"
        DECISION = "decision"

    case = models.ForeignKey("dsr.Case", on_delete=models.CASCADE, related_name="answer_versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="answer_version_once")]

    def key_owner(self) -> KeyedRow:
        """The case's key: a purged case takes its versions along."""
        return self.case
