"""What a brand looks like, and who changed that when. Public facts about a company, so nothing is sealed."""

from __future__ import annotations

from django.db import models

from dsr.models.base import OwnedRow


class Logo(OwnedRow):
    """A logo as it is handed out: a small PNG that we drew ourselves from what was uploaded; named by its hash."""

    sha256 = models.CharField(max_length=64)
    png = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["controller", "sha256"], name="logo_once")]


class BrandChange(OwnedRow):
    """One change of brand or contacts: who, when, and each field before and after. Rows are only added."""

    at = models.DateTimeField()
    by = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    changes = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["controller", "-at"], name="brand_change_newest")]
