"""The pages of an account in a real Chromium, and a passkey made and used with the browser's own authenticator."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from dsr.cases import identity
from tests.browser.harness import problems
from tests.factories import PASSWORD, make_controller, make_user
from tests.portal.test_handover import RAW, token

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from dsr.models import User
    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("live_server", "demo_stores")]
OIDC = {"issuer": "https://login.example.com", "client_id": "dsr", "claim": "customer", "store": "billing"}


@pytest.fixture
def anna() -> User:
    controller = make_controller()
    user = make_user(controller=controller)
    now = timezone.now()
    identity.link(user=user, store="billing", customer_number="10000001", contact="a@b.example", method="code", now=now)
    return user


def sign_in(page: Page, after: str = "/account/") -> None:
    page.goto(f"/account/login/?next={after}")
    page.fill("[name=login]", "anna@example.com")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"**{after}")


def device(page: Page) -> None:
    """The browser's own authenticator instead of a finger on a sensor (Chrome DevTools Protocol, WebAuthn domain)."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    more = {"isUserVerified": True, "automaticPresenceSimulation": True}
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options | more})


def test_a_passkey_is_made_and_opens_the_account_and_its_pages_are_clean(
    browse: Browse, anna: User, settings: Any
) -> None:
    settings.DSR_OIDC = {"northwave": OIDC}
    page = browse.page("narrow")
    device(page)
    sign_in(page)
    found: list[str] = []

    def look(path: str = "") -> None:
        if path:
            page.goto(path)
        found.extend(f"{page.url}: {problem}" for problem in problems(page))

    look("/account/app/")
    assert page.evaluate("document.querySelector('main img').naturalWidth") > 0
    look("/account/passkeys/add/")
    page.fill("[name=name]", "My phone")
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url("**/account/codes/")
    look()
    look("/account/")
    assert "My phone" in page.inner_text("main")
    for name in ("Rename My phone", "Remove My phone", "Unlink 10000001"):
        page.goto("/account/")
        page.get_by_role("link", name=name).click()
        look()
    for path in ("/account/codes/new/", "/account/again/passkey/", "/account/again/app/"):
        look(path)
    page.goto("/account/")
    page.get_by_role("button", name="Sign out", exact=True).click()

    look("/account/oidc/")
    look("/account/login/?next=/link/")
    page.get_by_role("button", name="Use my passkey").click()
    page.wait_for_url("**/link/")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_load_state()

    page.goto("/account/login/")
    page.fill("[name=login]", "anna@example.com")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/account/second/")
    look()
    page.get_by_role("button", name="Use my passkey").click()
    page.wait_for_url("**/requests/")
    assert not found, "\n".join(found)


def test_a_hand_over_link_asks_and_its_button_signs_in(browse: Browse, anna: User, settings: Any) -> None:
    key = f"hmac:{base64.b64encode(RAW).decode()}"
    row = {"issuer": "https://my.example.com", "store": "billing", "keys": {"k1": key}}
    settings.DSR_HANDOVER = {"northwave": row}
    page, found = browse.page("narrow"), []
    page.goto(f"/handover/?t={token(email=anna.email, email_verified=True)}")
    assert page.url.endswith("/handover/")
    found += problems(page)
    page.get_by_role("button", name="Continue as customer ending …42").click()
    page.wait_for_url("**/account/join/")
    found += problems(page)
    page.get_by_role("button", name="Go on with a second account").click()
    page.wait_for_url("**/requests/")
    page.goto("/handover/?t=x")
    found += problems(page)
    assert not found, "\n".join(found)
