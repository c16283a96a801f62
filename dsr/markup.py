"""HTML of strangers made harmless for the parser of the standard library, whose time grows with the square of what never ends."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

MAX_ENDLESS: Final = 6
"""Tags and comments the parser may look for the end of in vain; each costs it the rest of the page. Honest pages have one or two."""
# Each look ends at the next bracket, so that all looks together are as long as the page.
_TAG: Final = re.compile(r"<[^<>]{0,2000}>")


class _TooHardError(Exception):
    """The page has too much that never ends."""


class _Counting(HTMLParser):
    """Reads a page for nothing but to see how often it looks for an end that is not there."""

    endless = 0

    def _counted(self, end: int) -> int:
        self.endless += end < 0
        if self.endless > MAX_ENDLESS:
            raise _TooHardError
        return end

    def parse_starttag(self, i: int) -> int:
        return self._counted(super().parse_starttag(i))

    def parse_endtag(self, i: int) -> int:
        return self._counted(super().parse_endtag(i))

    def parse_comment(self, i: int, report: bool = True) -> int:
        return self._counted(super().parse_comment(i, report))

    def parse_pi(self, i: int) -> int:
        return self._counted(super().parse_pi(i))

    def parse_html_declaration(self, i: int) -> int:
        return self._counted(super().parse_html_declaration(i))


def tamed(html: str) -> str:
    """The page in a form that is parsed in a time that grows with its length; an honest page reads the same.

    What stood behind a comment that never ends stays as text: a browser would hide it, whoever has to read the page should not
    miss it. A page built to take forever comes back without any markup.
    """
    # To a browser a marked section is a comment that ends with the next bracket; the parser raises on those it does not know.
    html = html.replace("<![", "<?[")
    for opening, closing in (("<!--", "-->"), ("<", ">")):
        last = html.rfind(closing) + 1
        html = html[:last] + html[last:].replace(opening, " ")
    trial = _Counting(convert_charrefs=True)
    try:
        trial.feed(html)
        trial.close()
    except _TooHardError:
        return _TAG.sub(" ", html).replace("<", " ")
    return html
