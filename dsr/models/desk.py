"""What the desk remembers about its own work: saved views, who has which case open, what was skipped, tags, own settings.

Nothing here says anything about a data subject: names of views and tags are plain words of colleagues, who are told so.
"""

from __future__ import annotations

from django.db import models

from dsr.models.base import OwnedRow


class SavedView(OwnedRow):
    """A view of the queue under a name: the query string of its address, its owner's alone or shared with all colleagues."""

    owner = models.ForeignKey("dsr.User", on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_view_once"),
            models.UniqueConstraint(
                fields=["controller", "name"], condition=models.Q(shared=True), name="saved_view_shared_once"
            ),
        ]


class Presence(OwnedRow):
    """Somebody has a case open in a browser: soft, renewed by a beat, worth nothing a minute later."""

    class Mode(models.TextChoices):
        """`editing`: something was typed that is not sent yet."""

        VIEWING = "viewing"
        EDITING = "editing"

    case = models.ForeignKey("dsr.Case", on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey("dsr.User", on_delete=models.CASCADE, related_name="presences")
    mode = models.CharField(max_length=8, choices=Mode.choices, default=Mode.VIEWING)
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="presence_once")]


class Skip(OwnedRow):
    """Somebody passed over a case while working through the queue, and when; the reason stands in the case's event chain."""

    case = models.ForeignKey("dsr.Case", on_delete=models.CASCADE, related_name="skips")
    user = models.ForeignKey("dsr.User", on_delete=models.CASCADE, related_name="skips")
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="skip_once")]


class Tag(OwnedRow):
    """A mark for cases in a controller's own plain words, such as `merger 2026`; never about a person."""

    name = models.CharField(max_length=30)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["controller", "name"], name="tag_once")]


class CaseTag(OwnedRow):
    """A case carries a tag."""

    case = models.ForeignKey("dsr.Case", on_delete=models.CASCADE, related_name="case_tags")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="case_tags")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "tag"], name="case_tag_once")]


class DeskSettings(OwnedRow):
    """What one colleague chose for herself: keys other than ours, and the view that the desk opens with."""

    user = models.OneToOneField("dsr.User", on_delete=models.CASCADE, related_name="desk_settings")
    # name of an act -> key; only what differs from ours
    keys = models.JSONField(default=dict, blank=True)
    # the query string of the view the desk opens with; empty: all open cases
    start = models.CharField(max_length=500, blank=True)


class SharingRule(OwnedRow):
    """How unassigned cases are shared out in one controller; no row: by hand, among all handlers who are here."""

    by_itself = models.BooleanField(default=False)
    team = models.CharField(max_length=40, blank=True)
    by_language = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["controller"], name="sharing_rule_once")]
