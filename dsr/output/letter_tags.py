"""Template tags of letters: `{% says %}` prints one element of the law, `{% rest %}` what has no place of its own.

A letter prints every text it was given: what its template does not name comes last, instead of being lost.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dsr.law.letter_elements import Element

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.template.base import Parser, Token
    from django.template.context import Context

    Spoken = str | tuple[str, ...]

register = template.Library()
_BREAK = re.compile(r"\n[ \t]*\n\s*")


class Texts(dict[str, "Spoken"]):
    """The texts of a letter by element, which remembers what a template has read. An element without text reads as ""."""

    def __init__(self, texts: Mapping[Element, Spoken]) -> None:
        super().__init__({element.value: text for element, text in texts.items() if spoken(text)})
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Spoken:
        self.read.add(Element(name))  # a name the law does not know is a mistake in a template
        return self.get(name, "")

    def unread(self) -> tuple[Spoken, ...]:
        """The texts no tag has printed so far, in the order given."""
        return tuple(text for name, text in self.items() if name not in self.read)


def spoken(text: Spoken) -> bool:
    """Whether the text says anything; a list does when one of its lines does."""
    return any(line.strip() for line in ((text,) if isinstance(text, str) else text))


@register.filter
def prose(text: Spoken, css: str = "") -> SafeString:
    """`{{ paragraph|prose }}`: escaped text as paragraphs (an empty line parts them), a tuple of texts as a list."""
    if not isinstance(text, str):
        lines = ((line.strip(),) for line in text if line.strip())
        items = format_html_join("\n", "<li>{}</li>", ((_broken(line),) for (line,) in lines))
        return format_html("<ul>\n{}\n</ul>", items) if items else SafeString("")
    parts = [part for part in _BREAK.split("\n".join(text.splitlines()).strip()) if part.strip()]
    start = format_html('<p class="{}">', css) if css else SafeString("<p>")
    return format_html_join("\n", "{}{}</p>", ((start, _broken(part)) for part in parts))


def _broken(text: str) -> SafeString:
    """The lines of a text, a break between them."""
    return format_html_join(SafeString("<br>"), "{}", ((line.strip(),) for line in text.strip().splitlines()))


def _texts(context: Context) -> Texts:
    """The texts of the letter that is being written; a letter that fills its template itself has none."""
    texts: Texts = context.get("texts") or Texts({})
    return texts


class Says(template.Node):
    """One element: the text given for it, else the fixed words between the tags (`standing` in dsr.law.letter_standing)."""

    def __init__(self, element: Element, css: str, nodelist: template.NodeList) -> None:
        self.element, self.css, self.nodelist = element, css, nodelist

    def render(self, context: Context) -> SafeString:
        given = _texts(context)[self.element.value]
        if given:
            return prose(given, self.css)
        fixed = self.nodelist.render(context).strip()
        if not fixed:
            return SafeString("")
        return format_html('<p class="{}">{}</p>', self.css, fixed) if self.css else format_html("<p>{}</p>", fixed)


@register.tag
def says(parser: Parser, token: Token) -> Says:
    """`{% says "ground" %}fixed words, if any{% endsays %}`; `{% says "ground" "lead" %}` gives its paragraphs a class."""
    _name, *arguments = (argument.strip('"') for argument in token.split_contents())
    if arguments[0] not in set(Element):
        raise template.TemplateSyntaxError(f"the law knows no element {arguments[0]}")
    nodelist = parser.parse(("endsays",))
    parser.delete_first_token()
    return Says(Element(arguments[0]), arguments[1] if arguments[1:] else "", nodelist)


@register.simple_tag(takes_context=True)
def side_by_side(context: Context, *names: str) -> tuple[tuple[str, ...], ...]:
    """The rows of a table whose columns are these elements: only where each is a list and all are of one length."""
    texts = _texts(context)
    columns = [texts.get(name, "") for name in names]
    if any(isinstance(column, str) for column in columns) or len({len(column) for column in columns}) != 1:
        return ()
    texts.read.update(names)
    return tuple(zip(*columns, strict=True))


@register.simple_tag(takes_context=True)
def rest(context: Context) -> tuple[SafeString, ...]:
    """The texts that no tag has printed."""
    texts = _texts(context)
    return tuple(prose(text) for text in texts.unread())
