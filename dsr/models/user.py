"""Accounts. Signed in is not identified: an account becomes a data subject only through a proven link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from dsr.models.base import KeyedRow, OwnedRow, RingId, Sealed

if TYPE_CHECKING:
    from collections.abc import Iterator


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
    # Staff only: the teams a colleague belongs to (slugs), and the languages she can work in (codes of LANGUAGES).
    teams = models.JSONField(default=list, blank=True)
    languages = models.JSONField(default=list, blank=True)
    language = models.CharField(max_length=8, blank=True)
    is_active = models.BooleanField(default=True)
    session_epoch = models.PositiveIntegerField(default=0)
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
        """Keep the handle in step with the address and make the account's data key.

        An account that came from the controller's own portal may have no address: its id takes the place (no address
        starts with `#`, so nobody can type that handle).
        """
        self.handle = self.handle_for(self.controller_id, self.kind, self.email or f"#{self.pk}")
        if self._state.adding:
            self.vault_key()
        super().save(*args, **kwargs)

    def get_session_auth_hash(self) -> str:
        """What a session has to match to go on: the password, and how often this account signed out everywhere."""
        return self._with_epoch(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under each older secret key, while SECRET_KEY_FALLBACKS names some."""
        for one in super().get_session_auth_fallback_hash():
            yield self._with_epoch(one)

    def _with_epoch(self, digest: str) -> str:
        return f"{digest}:{self.session_epoch}" if self.session_epoch else digest

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
    # dsr.law.rights.IdentityLevel: how sure the way was that made this link (I-02, I-07).
    level = models.PositiveSmallIntegerField(default=3)
    proven_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    # Proved by a contact that had changed lately: until then the link alone is not enough for everything (ux.md 1.6).
    firm_from = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "store", "token"], name="link_once")]

    def key_owner(self) -> KeyedRow:
        return self.user


class OutsideLogin(Sealed, OwnedRow):
    """How the controller's own self-care portal names an account: the `sub` of its OIDC provider or of its hand-over tokens.

    `token` is the blind index of issuer and name, so that the table says nothing; sealed content: `{"issuer", "subject"}`.
    """

    class Source(models.TextChoices):
        """Who said so."""

        OIDC = "oidc"
        HANDOVER = "handover"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="outside_logins")
    source = models.CharField(max_length=12, choices=Source.choices)
    token = models.CharField(max_length=80)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["controller", "source", "token"], name="outside_login_once"),
        ]

    def key_owner(self) -> KeyedRow:
        return self.user


class SpentToken(OwnedRow):
    """A hand-over token that was used: a digest of its `jti`, kept until nobody could show it again."""

    digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["controller", "digest"], name="token_spent_once")]
