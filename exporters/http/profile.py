"""A profile: how each dataset of a data map is read and changed over a web interface. Data, not code.

profile: crm
version: 1
auth: {headers: {Authorization: 'Bearer {token}'}}     # {token} is an option of the store file
paging: {style: page, param: page, size_param: per_page, size: 100, total_at: meta.total}
resources:
  clients:
    rows: data                                          # where the list stands in the answer
    columns: {email: contact.email}                     # where a column stands in a record; default: its own name
    find:
      id: {call: GET clients/{value}, one: true}
      email: {call: GET clients, query: {search: '{value}'}, any_case: true}
    change: {call: PATCH clients/{id}, writable: [email, name], lock: generation}
    delete: {call: DELETE clients/{id}}
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from exporters.document import Item, read_document
from exporters.http.paging import Paging, Style

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from exporters.http.message import Pairs

NAMES = re.compile(r"\{([a-z_]+)\}", re.IGNORECASE)
_CALL = re.compile(r"(GET|POST|PUT|PATCH|DELETE) ([^\s/?#][^\s?#]*)")
_ABSENT = frozenset({404, 410})
_CALL_OPTIONS = ("query", "form", "json", "rows", "one", "paging", "adds", "any_case")


@dataclass(frozen=True, slots=True)
class Call:
    """One call as a template: `{value}` stands for what is looked for, `{column}` for a value of the row.

    `adds`: columns the answer leaves out because the path says them. `any_case`: the store compares without regard to
    case, so that one spelling is enough.
    """

    method: str
    path: str
    query: Pairs = ()
    form: Pairs | None = None
    json: Pairs | None = None
    rows: str | None = None
    one: bool = False
    paging: Paging | None = None
    adds: Pairs = ()
    any_case: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """How columns of a row are written: in the body of `call`, under the names they have in a record.

    `lock`: a value of the record that is sent back, so that the store refuses when somebody was faster. `in_list`: the
    body is a list of one. `empty`: nothing is sent as an empty text. `sends`: columns whose parameter has another name than the record says.
    """

    call: Call
    writable: frozenset[str]
    lock: str = ""
    in_list: bool = False
    empty: bool = False
    sends: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resource:
    """How one dataset is reached. `detail`: a second call for each row of a list, whose answer replaces it."""

    name: str
    rows: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    find: Mapping[str, Call] = field(default_factory=dict)
    every: Call | None = None
    detail: Call | None = None
    change: Change | None = None
    delete: Call | None = None
    words: str = ""
    """What the file says about the resource, for the rule an approval binds."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """How an interface says no with HTTP 200: unless `ok_at` holds one of `ok`, the text at `message_at` is the reason.

    A reason that contains one of `absent` means that there is no such row; one of `denied`, that a right is missing.
    """

    ok_at: str = ""
    ok: frozenset[str] = frozenset()
    message_at: str = ""
    absent: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """A whole profile. `auth` is read where the store's options are at hand."""

    name: str
    version: int
    resources: Mapping[str, Resource]
    envelope: Envelope = field(default_factory=Envelope)
    paging: Paging = field(default_factory=Paging)
    headers: Mapping[str, str] = field(default_factory=dict)
    unescape_html: bool = False
    absent_status: frozenset[int] = _ABSENT
    """Statuses that mean there is no such row; none where every call goes to one address, which has then moved."""
    absent_at: str = ""
    """Where such an answer says why, for interfaces that speak of a wrong address in the same way; empty: any JSON will do."""
    absent_is: frozenset[str] = frozenset()
    """What has to stand there."""
    absent_begins: tuple[str, ...] = ()
    """Or how it has to begin, where the number of the row is part of it."""
    auth: Item | None = None


def load_profile(path: Path) -> Profile:
    """Read a profile; raises ConfigError with file, line and column."""
    top = read_document(path, name=f"{path.parent.name}/{path.name}").options(
        "auth",
        "paging",
        "envelope",
        "headers",
        "unescape_html",
        "absent_status",
        "absent",
        required=("profile", "version", "resources"),
    )
    absent = top["absent"].options("is", "begins", required=("at",)) if "absent" in top else None
    return Profile(
        name=top["profile"].text(),
        version=top["version"].integer(),
        resources={name: _resource(name, item) for name, item in top["resources"].entries().items()},
        envelope=_envelope(top["envelope"]) if "envelope" in top else Envelope(),
        paging=_paging(top["paging"]) if "paging" in top else Paging(),
        headers=_texts(top.get("headers")),
        unescape_html="unescape_html" in top and top["unescape_html"].flag(),
        absent_status=_statuses(top.get("absent_status")),
        absent_at=absent["at"].text() if absent else "",
        absent_is=frozenset(absent["is"].texts()) if absent and "is" in absent else frozenset(),
        absent_begins=absent["begins"].texts() if absent and "begins" in absent else (),
        auth=top.get("auth"),
    )


def _statuses(item: Item | None) -> frozenset[int]:
    return _ABSENT if item is None else frozenset(one.integer() for one in item.items())


def _texts(item: Item | None) -> Mapping[str, str]:
    if item is None:
        return MappingProxyType({})
    return {name: "" if one.is_null or not one.node.value else one.text() for name, one in item.entries().items()}


def _pairs(item: Item) -> Pairs:
    return tuple(_texts(item).items())


def _resource(name: str, item: Item) -> Resource:
    options = item.options("rows", "columns", "every", "detail", "change", "delete", required=("find",))
    find = {column: _call(one) for column, one in options["find"].entries().items()}
    writes = [one for one in ("change", "delete") if one in options]
    return Resource(
        name=name,
        rows=options["rows"].text() if "rows" in options else "",
        columns=_texts(options.get("columns")),
        find=find,
        every=_call(options["every"]) if "every" in options else None,
        detail=_call(options["detail"]) if "detail" in options else None,
        change=_change(options["change"]) if "change" in options else None,
        delete=_call(options["delete"]) if "delete" in options else None,
        words=repr([_words(options[one]) for one in writes]),
    )


def _words(item: Item) -> object:
    if item.is_mapping:
        return sorted((name, _words(one)) for name, one in item.entries().items())
    if item.is_list:
        return [_words(one) for one in item.items()]
    return None if item.is_null else item.node.value


def _call(item: Item, *more: str) -> Call:
    options = item.options(*_CALL_OPTIONS, *more, required=("call",))
    found = _CALL.fullmatch(options["call"].text())
    if found is None:
        raise options["call"].error("write METHOD path, the path relative to the store's url and without a query")
    return Call(
        method=found[1],
        path=found[2],
        query=_pairs(options["query"]) if "query" in options else (),
        form=_pairs(options["form"]) if "form" in options else None,
        json=_pairs(options["json"]) if "json" in options else None,
        # `rows: null`: the answer itself is the record, wherever the lists of the resource stand.
        rows=("" if options["rows"].is_null else options["rows"].text()) if "rows" in options else None,
        one="one" in options and options["one"].flag(),
        paging=_paging(options["paging"]) if "paging" in options else None,
        adds=_pairs(options["adds"]) if "adds" in options else (),
        any_case="any_case" in options and options["any_case"].flag(),
    )


def _change(item: Item) -> Change:
    own = ("writable", "lock", "in_list", "empty", "sends")
    call = _call(item, *own)
    options = item.entries()
    if "writable" not in options:
        raise item.error("'writable' is missing: the columns this call can write")
    return Change(
        call=call,
        writable=frozenset(options["writable"].texts()),
        lock=options["lock"].text() if "lock" in options else "",
        in_list="in_list" in options and options["in_list"].flag(),
        empty="empty" in options and options["empty"].flag(),
        sends=_texts(options.get("sends")),
    )


def _paging(item: Item) -> Paging:
    options = item.options(
        "param", "size_param", "size", "first", "total_at", "cursor_at", "more_at", required=("style",)
    )
    style = options["style"].choice(Style)
    if style in {Style.PAGE, Style.OFFSET, Style.CURSOR} and "param" not in options:
        raise item.error(f"style {style.value} needs 'param'")
    if style is Style.CURSOR and "cursor_at" not in options:
        raise item.error("style cursor needs 'cursor_at'")
    words = ("param", "size_param", "total_at", "cursor_at", "more_at")
    texts = {name: options[name].text() for name in words if name in options}
    numbers = {name: options[name].integer() for name in ("size", "first") if name in options}
    return Paging(style, **texts, **numbers)  # type: ignore[arg-type]


def _envelope(item: Item) -> Envelope:
    options = item.options("message_at", "absent", "denied", required=("ok_at", "ok"))
    return Envelope(
        ok_at=options["ok_at"].text(),
        ok=frozenset(options["ok"].texts()),
        message_at=options["message_at"].text() if "message_at" in options else "",
        absent=options["absent"].texts() if "absent" in options else (),
        denied=options["denied"].texts() if "denied" in options else (),
    )
