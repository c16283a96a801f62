"""Records as web interfaces write them: lists in odd wrappings, nested columns, entities where text should be."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from exporters.contract import Permanent
from exporters.http.message import at, has
from exporters.mapped.source import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from exporters.http.profile import Envelope, Resource


def records_of(data: Any, path: str, place: str) -> list[dict[str, Any]]:
    """The records at `path`: of a list, of an object with numbered keys, or one bare object; nothing may be written as
    null, an empty text or a missing key. Raises Permanent("bad_answer") for anything else.
    """
    found = at(data, path)
    if found is None or found in ("", False, [], {}):
        return []
    if isinstance(found, dict) and all(key.isdigit() for key in found):
        found = list(found.values())
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Permanent("bad_answer", place)
    return found


def row_of(
    record: dict[str, Any], resource: Resource, columns: Iterable[str], added: Mapping[str, str], *, unescape: bool
) -> Row:
    """The map's columns of a record; an empty list or object is nothing, so that a column that was cleared is seen to be."""
    plain = _unescaped(record) if unescape else record
    paths = {name: resource.columns.get(name, name) for name in columns}
    found = {name: added.get(name, at(plain, path)) for name, path in paths.items()}
    unseen = frozenset(name for name, path in paths.items() if name not in added and not has(plain, path))
    return Row({name: None if value in ([], {}) else value for name, value in found.items()}, plain, unseen)


def _unescaped(value: Any) -> Any:
    if isinstance(value, str):
        return html.unescape(value)
    if isinstance(value, dict):
        return {name: _unescaped(part) for name, part in value.items()}
    return [_unescaped(part) for part in value] if isinstance(value, list) else value


def accepted(data: Any, envelope: Envelope, place: str) -> bool:
    """Whether an answer with a good status is one: False means that there is no such row.

    Raises Permanent (`access_denied`, `refused`); what the store said in words is dropped, since it may quote a person.
    """
    if not envelope.ok_at or str(at(data, envelope.ok_at)) in envelope.ok:
        return True
    message = str(at(data, envelope.message_at)) if envelope.message_at else ""
    if any(words in message for words in envelope.denied):
        raise Permanent("access_denied", place)
    if any(words in message for words in envelope.absent):
        return False
    raise Permanent("refused", place)


def nested(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Dotted names as nested objects."""
    found: dict[str, Any] = {}
    for path, value in pairs:
        *above, last = path.split(".")
        inside = found
        for step in above:
            inside = inside.setdefault(step, {})
        inside[last] = value
    return found
