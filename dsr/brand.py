"""How a brand looks on our pages: a stylesheet of custom properties and a logo, each under an address that names its content.

The address changes when the content does, so both may be kept for a year; another brand's host does not know them. The
policy of the pages stays as strict as it is: `style-src 'self'`, `img-src 'self'`, nothing inline.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from dsr.colours import DARK, LIGHT, readable, tokens
from dsr.models import Controller, Logo

if TYPE_CHECKING:
    from collections.abc import Mapping

YEAR: Final = "public, max-age=31536000, immutable"
_DIGEST: Final = 16
_OURS: Final = {LIGHT.name: "#0b4f6c", DARK.name: "#5cc0e0"}
"""`--brand` of ui.css in each theme: what a company has that chose no colour."""


@dataclass(frozen=True, slots=True)
class Look:
    """Addresses of what a brand has of its own, and its office hours in the language of the page; empty for what it has not."""

    css: str = ""
    logo: str = ""
    hours: str = ""


def look(controller: Controller | None) -> Look:
    """What the base template links."""
    if controller is None:
        return Look()
    css, slug = stylesheet_of(controller), controller.slug
    logo = controller.logo_sha256[:_DIGEST]
    return Look(
        css=reverse("brand-css", args=[slug, digest(css)]) if css else "",
        logo=reverse("brand-logo", args=[slug, logo]) if logo else "",
        hours=_hours(controller),
    )


def _hours(controller: Controller) -> str:
    """In the language of the page, else in the first one that somebody wrote them in."""
    told = controller.office_hours
    language = (get_language() or "").partition("-")[0]
    return str(told.get(language) or next((told[code] for code in controller.languages if told.get(code)), ""))


def digest(text: str) -> str:
    """What names a stylesheet."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]


def stylesheet_of(controller: Controller) -> str:
    """Custom properties only, in the layer of tokens, so that print and utilities still win; empty without own colours.

    A brand with one colour has the nearest readable shade of it in the dark theme.
    """
    if not controller.colour_light:
        return ""
    dark = tokens(controller.colour_dark or readable(controller.colour_light, DARK), DARK)
    asked = _rule(':root:not([data-theme="light"])', dark)
    chosen = _rule(':root[data-theme="dark"]', dark)
    rules = (
        _rule(":root", tokens(controller.colour_light, LIGHT)),
        f"@media screen and (prefers-color-scheme: dark) {{ {asked} }}",
        f"@media screen {{ {chosen} }}",
    )
    return "@layer tokens {\n" + "\n".join(rules) + "\n}\n"


def _rule(selector: str, properties: Mapping[str, str]) -> str:
    return f"{selector} {{ {' '.join(f'{name}: {value};' for name, value in properties.items())} }}"


def sample(light: str, dark: str) -> str:
    """The same properties on two boxes of a page of set-up, with the surfaces of each theme: how a choice would look.

    Both boxes name their colours even without a choice: what the page around them inherits is of one theme only.
    """
    rules = []
    for theme, colour in ((LIGHT, light), (DARK, dark or (readable(light, DARK) if light else ""))):
        surfaces = {**theme.grounds, **theme.inks, **tokens(colour or _OURS[theme.name], theme)}
        rules.append(_rule(f".sample-{theme.name}", surfaces))
    return "\n".join(rules) + "\n"


@require_safe
def css(request: Any, slug: str, named: str) -> HttpResponse:
    """The stylesheet of the brand of this host; 404 for another one's, and for a content that it had before."""
    text = stylesheet_of(request.controller)
    if slug != request.controller.slug or not text or named != digest(text):
        raise Http404
    return HttpResponse(text, content_type="text/css; charset=utf-8", headers={"Cache-Control": YEAR})


@require_safe
def logo(request: Any, slug: str, named: str) -> HttpResponse:
    """The logo of the brand of this host."""
    controller = request.controller
    if slug != controller.slug or not controller.logo_sha256.startswith(named) or len(named) != _DIGEST:
        raise Http404
    row = Logo.objects.of(controller).filter(sha256=controller.logo_sha256).first()
    if row is None:
        raise Http404
    return HttpResponse(bytes(row.png), content_type="image/png", headers={"Cache-Control": YEAR})
