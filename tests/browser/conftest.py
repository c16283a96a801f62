"""One Chromium per worker process, and a test server for whoever asks for `browse`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.harness import ARGS, Browse, executable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Started once; takes one to two seconds."""
    path = executable()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread until it stops, and Django would refuse the database for as long.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def browse(chromium: Browser, live_server: Any) -> Iterator[Browse]:
    """Pages of the running application: see tests/browser/harness.py."""
    browse = Browse(chromium, live_server.url)
    yield browse
    browse.close()
