"""Requests and replies as the rest of the library sees them: frozen, with the values of persons out of every `repr`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import quote

from exporters.contract import Permanent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.contract import JsonValue

Pairs: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `path` counts from the store's base URL; `json` and `form` exclude each other.

    Whether it may be repeated is not in the method (WHMCS reads by POST): the caller says so by `read` or `write`.
    """

    method: str
    path: str = field(repr=False)
    query: Pairs = field(default=(), repr=False)
    headers: Pairs = field(default=(), repr=False)
    json: JsonValue = field(default=None, repr=False)
    form: Pairs | None = field(default=None, repr=False)

    def body(self) -> bytes | None:
        """The JSON body as it is sent (a signature covers these bytes); None without one."""
        if self.json is None:
            return None
        return json.dumps(self.json, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, read to its end within the size limit. `headers` have lower-case names."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    url: str = field(default="", repr=False)

    def data(self, place: str) -> Any:
        """The parsed JSON body; None for an empty one.

        Raises Permanent("not_json"): an HTML page of a proxy or a PHP warning is no answer, whatever its status says.
        """
        if not self.content.strip():
            return None
        try:
            return json.loads(self.content, parse_constant=_refuse)
        except (ValueError, RecursionError):
            raise Permanent("not_json", place) from None


def _refuse(constant: str) -> None:
    raise ValueError(constant)


class UnusableValueError(ValueError):
    """The value cannot stand in a path: nothing of this store is called so."""


def filled(template: str, values: Mapping[str, str], *, quoted: bool) -> str:
    """`template` with `{name}` replaced; `quoted` for paths: a value never adds a segment or a query.

    Raises UnusableValueError for an empty value in a path and for `.` and `..`.
    """
    parts = []
    rest = template
    while "{" in rest:
        before, _, tail = rest.partition("{")
        name, _, rest = tail.partition("}")
        value = values[name]
        if quoted:
            # `.` and `..` survive every quoting and climb to another resource on the server's side.
            if not value.strip("."):
                raise UnusableValueError
            value = quote(value, safe="")
        parts += [before, value]
    return "".join((*parts, rest))


_MISSING: Final = object()


def at(data: Any, path: str) -> Any:
    """The value at a dotted `path` of a parsed answer; an empty path means all of it, `-1` the last of a list; None where nothing is.

    A path that begins with a dot is one name as it stands (RouterOS calls a row's number `.id`).
    """
    return _found(data, path, None)


def has(data: Any, path: str) -> bool:
    """Whether there is anything at a dotted path, be it null or empty."""
    return _found(data, path, _MISSING) is not _MISSING


def _found(data: Any, path: str, missing: Any) -> Any:
    steps = [path] if path.startswith(".") else path.split(".") if path else []
    for step in steps:
        if isinstance(data, dict):
            data = data.get(step, missing)
        elif isinstance(data, list) and data and step == "-1":
            data = data[-1]
        elif isinstance(data, list) and step.isdigit() and int(step) < len(data):
            data = data[int(step)]
        else:
            return missing
    return data
