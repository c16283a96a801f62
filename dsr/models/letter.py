"""Letters of a case, from draft to proof, and the controller's own words on top of them.

What a letter says is sealed under the key of the request; in clear stand only its code, its state and its hashes. A
letter that was sent is what the person holds in her hands: nothing changes or deletes its row any more (rules 4.2,
"editing a sent letter" is forbidden). Only what comes after it is added: the file it was laid out in, its replacement.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from dsr.law.letter_standing import Slot
from dsr.law.letters import Outcome
from dsr.models.base import KeyedRow, OwnedRow, ScopedQuerySet, Sealed

# What may still be written on a sent letter: the laid-out file, once, and that another letter took its place.
_FILE = frozenset({"artifact", "artifact_id", "pdf_sha256"})
_LATER = frozenset({"superseded_at"})


class SentLetterError(Exception):
    """Somebody tried to change or delete a letter that was sent (rules 4.2). Nothing was written."""


class LetterQuerySet(ScopedQuerySet):
    """Letters; the sent ones can be read only."""

    def update(self, **values: Any) -> int:
        """Update drafts. SentLetterError when a sent letter among them would change.

        One that is sent between looking and writing is not hit: the caller, who counts rows, sees a race.
        """
        changed = set(values) - _LATER
        if not changed:
            return super().update(**values)
        fixed = models.Q(status=Letter.Status.SENT)
        if changed <= _FILE:
            fixed &= ~models.Q(pdf_sha256="")
        if self.filter(fixed).exists():
            raise SentLetterError
        return super(LetterQuerySet, self.filter(~fixed)).update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete drafts. SentLetterError when a sent letter is among them."""
        if self.filter(status=Letter.Status.SENT).exists():
            raise SentLetterError
        return super().delete()

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """Insert letters; never over one that is there."""
        if kwargs.get("update_conflicts"):
            raise SentLetterError
        return super().bulk_create(objs, *args, **kwargs)


class Letter(Sealed, OwnedRow):
    """One letter to the person: what it says (sealed), who drafted and approved it, how and when it left."""

    class Status(models.TextChoices):
        """`approved`: a second person decided on exactly these bytes; `void`: never sent, another draft took its place."""

        DRAFT = "draft"
        APPROVED = "approved"
        SENT = "sent"
        VOID = "void"

    class Channel(models.TextChoices):
        """How it reached the person. `post`: she gave no address for a mail, so it is printed and sent."""

        PORTAL = "portal"
        MAIL = "mail"
        POST = "post"

    case = models.ForeignKey("dsr.Case", on_delete=models.PROTECT, related_name="letters")
    code = models.CharField(max_length=6)
    language = models.CharField(max_length=8)
    outcome = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Outcome])
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.DRAFT)
    # The step of the workflow whose form the draft was written in; empty when a verb wrote it by itself.
    action = models.CharField(max_length=24, blank=True)
    content_sha256 = models.CharField(max_length=64)
    artifact = models.ForeignKey(
        "dsr.Artifact", null=True, blank=True, on_delete=models.PROTECT, related_name="letters"
    )
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    drafted_by = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    approved_by = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    channel = models.CharField(max_length=6, choices=Channel.choices, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = LetterQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "approved", "sent", "void"]), name="letter_status_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(status="sent") | models.Q(sent_at__isnull=False) & ~models.Q(content_sha256=""),
                name="letter_sent_is_dated",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "created_at"], name="letter_of_case"),
            # What the queue asks for all cases at once: letters that wait to be looked at, hardly ever more than a few.
            models.Index(fields=["case"], condition=models.Q(status="draft"), name="letter_draft_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.status}"

    def key_owner(self) -> KeyedRow:
        return self.case.request

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save a new letter or a draft. SentLetterError for one that was sent, whatever this object says."""
        if not self._state.adding and Letter.objects.filter(pk=self.pk, status=self.Status.SENT).exists():
            raise SentLetterError
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete a draft. SentLetterError for one that was sent."""
        if Letter.objects.filter(pk=self.pk, status=self.Status.SENT).exists():
            raise SentLetterError
        return super().delete(*args, **kwargs)


class LetterWording(OwnedRow):
    """Words a controller puts on top of a letter, one row a version: they add, they never replace (rules 5.1).

    The highest version counts; an empty text means that nothing is added any more. Rows are never changed, so who wrote
    what and when stays on record.
    """

    code = models.CharField(max_length=6, blank=True, help_text="empty: every letter that has no words of its own")
    language = models.CharField(max_length=8)
    slot = models.CharField(max_length=10, choices=[(slot.value, slot.value.title()) for slot in Slot])
    text = models.TextField(blank=True)
    version = models.PositiveIntegerField()
    written_by = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["controller", "code", "language", "slot", "version"], name="letter_wording_once"
            )
        ]
