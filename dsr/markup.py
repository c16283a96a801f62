"""HTML of strangers made harmless for the parser of the standard library, whose time grows with the square of what never ends."""

from __future__ import annotations

import re
from typing import Final

MAX_OPEN: Final = 200
"""Tags more than closing brackets; honest pages have none or a few."""
_TAG: Final = re.compile(r"<[a-zA-Z!?/]")
# Looks ahead to the next bracket only, so that all looks together are as long as the page.
_ENDLESS: Final = re.compile(r"<(?![^<>]{0,2000}>)")


def tamed(html: str) -> str:
    """The page without openings that never close, for a parse whose time grows with its length; honest pages read the same.

    What stood behind such an opening stays as text: a browser would hide it, whoever has to read the page should not miss it.
    """
    # To a browser a marked section is a comment that ends with the next bracket; the parser raises on those it does not know.
    html = html.replace("<![", "<?[")
    for opening, closing in (("<!--", "-->"), ("<", ">")):
        last = html.rfind(closing) + 1
        html = html[:last] + html[last:].replace(opening, " ")
    if len(_TAG.findall(html)) > html.count(">") + MAX_OPEN:
        html = _ENDLESS.sub(" ", html)
    return html
