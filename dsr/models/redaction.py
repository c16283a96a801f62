"""What is taken out of an answer before it leaves: texts and files that somebody reads, and the marks and boxes in them (rule X-07).

No text stands here. An item is found again by a keyed token of its value, so that a second collection finds the marks of
unchanged values, and a changed value is an item of its own. The text itself lies in a sealed artifact of the case.
"""

from __future__ import annotations

from django.db import models

from dsr.law.redaction import Reason
from dsr.models.base import OwnedRow
from dsr.redaction.boxes import WHOLE

_REASONS = [(reason.value, reason.value) for reason in Reason]


class RedactionItem(OwnedRow):
    """One distinct text of a column, one column about third parties, or one file of a case."""

    class Kind(models.TextChoices):
        """What is looked at."""

        VALUE = "value"
        COLUMN = "column"
        FILE = "file"

    class Whole(models.TextChoices):
        """Whether the item is withheld as a whole: not asked, proposed by the data map, decided either way."""

        NO = "", "no"
        SUGGESTED = "suggested"
        ACCEPTED = "accepted"
        DISMISSED = "dismissed"

    case = models.ForeignKey("dsr.Case", on_delete=models.CASCADE, related_name="redaction_items")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    store = models.CharField(max_length=60)
    dataset = models.CharField(max_length=120)
    part = models.CharField(max_length=200, blank=True)  # the column; empty for a file
    token = models.CharField(max_length=80)
    position = models.PositiveIntegerField(default=0)  # the order of the answer
    count = models.PositiveIntegerField(default=1)  # how often the value occurs
    length = models.PositiveIntegerField(default=0)  # characters that can be marked; 0: only as a whole
    sheets = models.PositiveIntegerField(default=0)  # pages on which boxes can be drawn; 0: on none
    why_whole = models.CharField(max_length=20, blank=True)  # a code: why its text does not show all of it
    present = models.BooleanField(default=True)  # in what was collected last
    text_at = models.PositiveBigIntegerField(default=0)  # bytes into the sealed artifact of texts
    text_size = models.PositiveIntegerField(default=0)  # bytes
    version = models.PositiveIntegerField(default=1)  # moves with every change: nobody decides on an old page
    whole = models.CharField(max_length=9, choices=Whole.choices, blank=True, default="")
    whole_reason = models.CharField(max_length=20, choices=_REASONS, blank=True)
    whole_by = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    whole_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reviewed_by = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "store", "dataset", "part", "token"], name="redaction_item_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(whole__in=["suggested", "accepted"]) | ~models.Q(whole_reason=""),
                name="redaction_whole_has_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["case"], condition=models.Q(present=True, checked_at__isnull=True), name="redaction_unchecked"
            ),
            models.Index(fields=["case", "position"], name="redaction_order"),
        ]


class RedactionMark(OwnedRow):
    """A place in an item, in characters (code points) of its text from 0; `end` is the first that stays."""

    class State(models.TextChoices):
        """A suggestion takes nothing out until a person accepts it."""

        SUGGESTED = "suggested"
        ACCEPTED = "accepted"
        DISMISSED = "dismissed"

    item = models.ForeignKey(RedactionItem, on_delete=models.CASCADE, related_name="marks")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    reason = models.CharField(max_length=20, choices=_REASONS)
    state = models.CharField(max_length=9, choices=State.choices, default=State.SUGGESTED)
    found_by = models.CharField(max_length=20)  # the detector, or `staff`
    decided_by = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "start", "end"], name="redaction_mark_once"),
            models.CheckConstraint(condition=models.Q(end__gt=models.F("start")), name="redaction_mark_not_empty"),
        ]


class RedactionBox(OwnedRow):
    """A rectangle on a page of a file that a person took out, in hundredths of a percent of the page from its upper left."""

    item = models.ForeignKey(RedactionItem, on_delete=models.CASCADE, related_name="boxes")
    sheet = models.PositiveIntegerField(default=1)  # the page, from 1
    left = models.PositiveIntegerField()
    top = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    reason = models.CharField(max_length=20, choices=_REASONS)
    decided_by = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "sheet", "left", "top", "width", "height"], name="redaction_box_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    sheet__gt=0,
                    width__gt=0,
                    height__gt=0,
                    left__lte=WHOLE - models.F("width"),
                    top__lte=WHOLE - models.F("height"),
                ),
                name="redaction_box_on_page",
            ),
        ]
