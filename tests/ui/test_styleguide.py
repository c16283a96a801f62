"""The style guide shows every component, to staff and developers only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as settings_module

from dsr.styleguide import PAGES
from dsr.templatetags import ui
from tests.factories import make_controller, make_staff, make_user
from tests.ui.stylesheet import declarations

if TYPE_CHECKING:
    from django.test import Client

# Only drawn in a state the pages do not show at rest: an error, a script's list, a page for the session's end.
IN_STATES = {"error", "errors", "field-bad", "files", "session", "honey", "logo-own"}
pytestmark = pytest.mark.django_db


def where(page: str) -> str:
    return "/styleguide/" if page == "components" else f"/styleguide/{page}/"


@pytest.mark.parametrize("page", PAGES)
def test_visitor_does_not_see_it(client: Client, page: str) -> None:
    make_controller()
    assert client.get(where(page)).status_code == 404


def test_subscriber_does_not_see_it(client: Client) -> None:
    client.force_login(make_user())
    assert client.get("/styleguide/").status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_staff_sees_it(client: Client, page: str) -> None:
    client.force_login(make_staff())
    assert client.get(where(page)).status_code == 200


def test_every_component_is_shown(client: Client, settings: Any) -> None:
    make_controller()
    settings.DEBUG = True
    pages = "".join(client.get(where(page)).content.decode() for page in PAGES)
    shown = {name for value in re.findall(r'\sclass="([^"]*)"', pages) for name in value.split()}
    components = {
        name
        for each in declarations()
        if each.layer in {"layout", "components"}
        for name in re.findall(r"\.([a-z][\w-]*)", each.selector)
    }
    assert components - shown - IN_STATES == set()


def test_reference_names_every_tag_filter_and_template() -> None:
    """docs/components.md is what people read who build pages: nothing may be missing from it."""
    text = (settings_module.BASE_DIR / "docs" / "components.md").read_text(encoding="utf-8")
    inner = {"widget_kind", "first_id"}  # used by the form templates only
    names = (set(ui.register.tags) | set(ui.register.filters)) - inner
    assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", text)] == []
