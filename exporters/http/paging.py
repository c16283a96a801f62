"""Ways in which lists come in pages, and the distrust they deserve: totals lie, sizes are capped, pages repeat."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from exporters.contract import Permanent
from exporters.http.message import Reply, Request, at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from exporters.http.message import Pairs

MOST_PAGES = 20_000
_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel="?next"?', re.IGNORECASE)


class Style(StrEnum):
    """How the next page is asked for."""

    NONE = "none"
    PAGE = "page"
    OFFSET = "offset"
    CURSOR = "cursor"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Paging:
    """`param` names the page, offset or cursor; `size_param` and `size` how many rows a page shall have.

    `total_at` is where the answer says how many there are. It may save the last call; it never ends a list whose page
    was full. `cursor_at`: where the next cursor stands (`data.-1.id`: in the last row). `more_at`: where a cursor's
    interface says whether more follows. `first`: number of the first page.
    """

    style: Style = Style.NONE
    param: str = ""
    size_param: str = ""
    size: int = 100
    first: int = 1
    total_at: str = ""
    cursor_at: str = ""
    more_at: str = ""

    def pages(
        self, request: Request, fetch: Callable[[Request], tuple[Reply, Any]], count: Callable[[Any], int], place: str
    ) -> Iterator[Any]:
        """The parsed answers, one a page, lazily; `count` says how many rows an answer holds.

        Ends at an empty page. Raises Permanent("paging_stuck") when a page comes twice, or more is promised and nothing
        says from where: the store ignores the parameter, and what it holds beyond that page would silently be missing.
        """
        state = _State(self.first if self.style is Style.PAGE else 0)
        following: Request | None = self._start(request)
        while following is not None:
            reply, data = fetch(following)
            rows = count(data)
            if not rows and self.style is not Style.CURSOR and self.style is not Style.LINK:
                return
            # A page that comes again: harmless only where the total says that everything has been seen.
            if state.repeats(reply.content) and rows:
                if self._all_seen(data, state.seen):
                    return
                raise Permanent("paging_stuck", place)
            state.seen += rows
            state.pages += 1
            yield data
            if state.pages >= MOST_PAGES:
                raise Permanent("too_many_pages", place)
            following = self._next(request, reply, data, rows, state)
            if following is None and self.more_at and at(data, self.more_at) is True:
                raise Permanent("paging_stuck", place)

    def _start(self, request: Request) -> Request:
        if self.style in {Style.PAGE, Style.OFFSET}:
            return self._with(request, self.first if self.style is Style.PAGE else 0)
        return self._with(request, None) if self.size_param else request

    def _next(self, request: Request, reply: Reply, data: Any, rows: int, state: _State) -> Request | None:
        if self.style is Style.LINK:
            found = _NEXT.search(reply.headers.get("link", ""))
            return replace(request, path=urljoin(reply.url, found[1]), query=()) if found else None
        if self.style is Style.CURSOR:
            more = at(data, self.more_at) is not False if self.more_at else True
            cursor = at(data, self.cursor_at) if more else None
            return self._with(request, cursor) if isinstance(cursor, str | int) and cursor else None
        if self.style is Style.NONE or (rows < self.size and self._all_seen(data, state.seen)):
            return None
        state.position = state.position + 1 if self.style is Style.PAGE else state.seen
        return self._with(request, state.position)

    def _all_seen(self, data: Any, seen: int) -> bool:
        total = at(data, self.total_at) if self.total_at else None
        return str(total).isdigit() and seen >= int(str(total))

    def _with(self, request: Request, position: object) -> Request:
        """The request for one page: parameters go where the others are, into the form of a POST or the query."""
        extra: Pairs = ((self.size_param, str(self.size)),) if self.size_param else ()
        if position is not None:
            extra += ((self.param, str(position)),)
        if request.form is not None:
            return replace(request, form=(*request.form, *extra))
        return replace(request, query=(*request.query, *extra))


@dataclass(slots=True)
class _State:
    position: int
    seen: int = 0
    pages: int = 0
    last: bytes = b""

    def repeats(self, content: bytes) -> bool:
        digest = hashlib.sha256(content).digest()
        same, self.last = digest == self.last, digest
        return same
