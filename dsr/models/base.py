"""What rows have in common: ids that cannot be guessed, the controller's scope, and the sealed blob."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Self

from django.db import models

from dsr import vault

if TYPE_CHECKING:
    from dsr.models.controller import Controller


RowId = uuid.UUID | str
"""What names a row: its id, as the database or a job argument spells it."""


class ScopedQuerySet(models.QuerySet[Any]):
    """The one door to rows: `of(controller)` first, then everything else."""

    def of(self, controller: Controller) -> Self:
        """Rows of this controller only; two brands on one installation never see each other."""
        return self.filter(controller=controller)


class Row(models.Model):
    """A row with a random id, so that ids in URLs tell nothing and can be authenticated before the row exists."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class OwnedRow(Row):
    """A row of one controller."""

    controller = models.ForeignKey("dsr.Controller", on_delete=models.PROTECT, related_name="+")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True


class RingId(models.Func):
    """The id of the ring key that wraps a data key: what stands before the colon. Without parameters, so that an index fits."""

    template = "SUBSTR(%(expressions)s, 1, INSTR(%(expressions)s, ':') - 1)"
    output_field = models.CharField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """PostgreSQL calls it STRPOS, and refuses a negative length: an emptied key has no colon."""
        template = "SPLIT_PART(%(expressions)s, ':', 1)"
        return self.as_sql(compiler, connection, template=template, **context)


class KeyedRow(OwnedRow):
    """A row with a data key of its own, wrapped by the key ring: emptying `wrapped_key` shreds all it sealed."""

    wrapped_key = models.TextField(default="", editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save all columns but the key once the row exists: an instance read before a rotation, or before the key was
        destroyed, must not write the old one back.
        """
        known = self._state.adding or kwargs.get("force_insert") or kwargs.get("update_fields") is not None
        if not known:
            names = (field.name for field in self._meta.concrete_fields if not field.primary_key)
            kwargs["update_fields"] = [name for name in names if name != "wrapped_key"]
        super().save(*args, **kwargs)

    def vault_key(self) -> bytes:
        """The data key; made on first use. MissingKeyError after it was destroyed (a saved row without a key)."""
        context = f"{self._meta.db_table}:{self.pk}"
        if not self.wrapped_key and self._state.adding:
            self.wrapped_key = vault.wrap(vault.new_key(), context=context)
        return vault.unwrap(self.wrapped_key, context=context)


class Sealed(models.Model):
    """One sealed blob per content row; plain columns hold only what the queue and the clock need."""

    sealed = models.BinaryField(default=b"", editable=False)

    class Meta:
        abstract = True

    def key_owner(self) -> KeyedRow:
        """The row whose data key seals this one."""
        raise NotImplementedError

    def _context(self) -> str:
        return f"{self._meta.db_table}:{self.pk}:{self.key_owner().pk}"

    def put(self, content: dict[str, Any]) -> None:
        """Seal `content` (JSON-able) into this row; the caller saves."""
        self.sealed = vault.seal(self.key_owner().vault_key(), content, context=self._context())

    def content(self) -> dict[str, Any]:
        """What is sealed here; empty when nothing was put. TamperedError or MissingKeyError otherwise."""
        if not self.sealed:
            return {}
        opened = vault.open_sealed(self.key_owner().vault_key(), bytes(self.sealed), context=self._context())
        return dict(opened)
