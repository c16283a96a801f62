"""Staff beside the account itself: the way in for the first time, the devices it is open on, and the broken glass."""

from __future__ import annotations

from django.db import models

from dsr.models.base import KeyedRow, OwnedRow, Sealed
from dsr.models.user import User


class StaffInvitation(OwnedRow):
    """A one-time link to a new account of staff; only the digest of its token is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)


class StaffSession(OwnedRow):
    """One sign-in of a member of staff: when, with what kind of device, and until when. `name` is the row of the session
    (dsr.sessions.row_name), never what the cookie says.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="staff_sessions")
    name = models.CharField(max_length=40, db_index=True)
    device = models.CharField(max_length=60, blank=True)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-began_at"], name="staff_session_newest")]


class BreakGlass(Sealed, OwnedRow):
    """A deputy of the data protection officer reads what her role does not show, for an hour (rules 4.3).

    Sealed content under her account's key: `{"reason", "review"}`.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="broken_glass")
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["controller", "-opened_at"], name="glass_newest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reviewed_by__isnull=True) | ~models.Q(reviewed_by=models.F("user")),
                name="glass_reviewed_by_another",
            ),
        ]

    def key_owner(self) -> KeyedRow:
        return self.user
