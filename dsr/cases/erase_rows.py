"""Deleting a request with everything that hangs on it, whatever tables there are: children first, found from the models themselves.

A table somebody adds later is emptied as well, without being named here. Goes past managers that refuse (a letter that was
sent cannot be deleted any other way).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from collections.abc import Collection

_HANGS = (models.CASCADE, models.PROTECT, models.RESTRICT)


def erase(model: type[models.Model], ids: Collection[Any]) -> dict[str, int]:
    """Delete these rows and all that refer to them; other references are emptied. Returns rows per table."""
    done: dict[str, int] = {}
    _erase(model, list(ids), done)
    return done


def _erase(model: type[models.Model], ids: list[Any], done: dict[str, int]) -> None:
    if not ids:
        return
    meta = model._meta  # noqa: SLF001 -- documented Django, its name notwithstanding
    for relation in meta.related_objects:
        child = relation.related_model
        field = relation.field.name
        rows: models.QuerySet[Any] = models.QuerySet(child).filter(**{f"{field}__in": ids})
        if relation.on_delete in _HANGS:
            _erase(child, list(rows.values_list("pk", flat=True)), done)
        else:
            rows.update(**{field: None})
    gone: models.QuerySet[Any] = models.QuerySet(model).filter(pk__in=ids)
    # Without signals and without a manager's own delete: nothing here has signals, and the order is ours.
    done[meta.db_table] = done.get(meta.db_table, 0) + gone._raw_delete(gone.db)  # noqa: SLF001 -- see above
