"""The harness sees what is wrong: a page full of faults must be caught, or its silence elsewhere would mean nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from dsr.http import policy
from tests.browser.harness import problems

if TYPE_CHECKING:
    from playwright.sync_api import Route

    from tests.browser.harness import Browse

pytestmark = pytest.mark.browser

BAD = """<!doctype html><html><head><title></title></head><body>
<p style="color: #999; background: #aaa; inline-size: 3000px">Nobody can read this</p><img src="/static/no.png">
<input><button></button><script>document.title = "inline"</script><script type="module" src="/bad.js"></script></body></html>"""


def test_faulty_page_is_caught(browse: Browse) -> None:
    headers = {"Content-Security-Policy": policy(settings.SECURE_CSP)}

    def answer(route: Route) -> None:
        path = route.request.url.rsplit("/", 1)[-1]
        body, kind, status = {
            "bad": (BAD, "text/html", 200),
            "bad.js": ("throw Error('broken')", "text/javascript", 200),
        }.get(path, ("", "text/plain", 404))
        route.fulfill(status=status, body=body, content_type=kind, headers=headers)

    found = "\n".join(browse.look("/bad", "phone", prepare=lambda page: page.route("**/*", answer)))
    for fault in (
        "button-name",
        "document-title",
        "html-has-lang",
        "image-alt",
        "label",
        "csp: style-src-attr",
        "csp: script-src-elem",
    ):
        assert fault in found
    assert "404 for /static/no.png" in found
    assert "script: broken" in found


def test_wide_page_is_caught(browse: Browse) -> None:
    tab = browse.page("narrow")
    tab.set_content(
        '<!doctype html><html lang="en"><title>Wide</title><main><h1>Wide</h1><pre>' + "x" * 500 + "</pre></main>"
    )
    assert "scrolls sideways at 320 px" in problems(tab)
