"""Accounts. Signed in is not identified: an account becomes a data subject only through a proven link."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from dsr.models.base import KeyedRow, OwnedRow, RingId, Sealed


class Kind(models.TextChoices):
    """Who signs in: the two kinds never share a session."""

    SUBSCRIBER = "subscriber"
    STAFF = "staff"


class UserManager(BaseUserManager["User"]):
    """Finds accounts by their handle; creates them with a hashed password."""

    def create_user(
        self, *, controller: Any, kind: str, email: str, password: str | None = None, **fields: Any
    ) -> User:
        """Make an account; the e-mail address is unique per controller and kind, whatever its case."""
        user = self.model(controller=controller, kind=kind, email=email.strip(), **fields)
        user.set_password(password)
        user.save()
        return user

    def in_scope(self, *, controller: Any, kind: str) -> models.QuerySet[User]:
        """Accounts of one controller and kind."""
        return self.filter(controller=controller, kind=kind)


class User(AbstractBaseUser, KeyedRow):
    """A person who signs in; `handle` is the unique login key, so one address can exist in two brands."""

    handle = models.CharField(max_length=320, unique=True, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.SUBSCRIBER)
    email = models.EmailField(max_length=254)
    display_name = models.CharField(max_length=120, blank=True)
    roles = models.JSONField(default=list, blank=True)
    language = models.CharField(max_length=8, blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = UserManager()  # type: ignore[assignment,misc]

    USERNAME_FIELD = "handle"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="user_kind_known"),
        ]
        indexes = [models.Index(RingId("wrapped_key"), name="user_ring")]

    @staticmethod
    def handle_for(controller_id: object, kind: str, email: str) -> str:
        """The login key of an address within one controller and kind."""
        return f"{controller_id}:{kind}:{email.strip().casefold()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the handle in step with the address and make the account's data key."""
        self.handle = self.handle_for(self.controller_id, self.kind, self.email)
        if self._state.adding:
            self.vault_key()
        super().save(*args, **kwargs)

    @property
    def is_staff_member(self) -> bool:
        """Privacy staff, as opposed to a subscriber."""
        return self.kind == Kind.STAFF

    @property
    def initials(self) -> str:
        """Two letters for the queue."""
        words = (self.display_name or self.email).split()
        return "".join(word[0] for word in words[:2]).upper()


class AccountLink(Sealed, OwnedRow):
    """A proven link of an account to a customer number in one store: by hand-over, OIDC claim or a code to the contact on file."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="links")
    store = models.CharField(max_length=60)
    token = models.CharField(max_length=80)
    method = models.CharField(max_length=20)
    proven_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "store", "token"], name="link_once")]

    def key_owner(self) -> KeyedRow:
        return self.user
