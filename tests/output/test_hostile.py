"""Documents that want more than to be printed: nothing is fetched, nothing is read, and the machine survives.

The texts of subscribers are escaped before they reach a document; these tests are about the day somebody forgets.
"""

from __future__ import annotations

import http.server
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from dsr.output import pdf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WRITTEN = datetime(2026, 5, 4, tzinfo=UTC)
CANARY = b"root:canary:0:0"


def document(head: str, body: str) -> pdf.Document:
    html = f'<!doctype html><html lang="en"><head><title>t</title>{head}</head><body><h1>t</h1>{body}</body></html>'
    return pdf.Document(html=html, written_at=WRITTEN)


class Trap:
    """A web server on loopback that counts who comes; `/redirect` sends on to itself."""

    def __init__(self) -> None:
        self.hits: list[str] = []
        hits = self.hits

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hits.append(self.path)
                self.send_response(302 if self.path == "/redirect" else 200)
                self.send_header("Location", "/secret")
                self.send_header("Content-Type", "text/css")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    trap = Trap()
    thread = threading.Thread(target=trap.server.serve_forever)
    thread.start()
    yield trap
    trap.server.shutdown()
    thread.join()
    trap.server.server_close()


HOSTILE = {
    "link-attachment-file": ("<link rel=attachment href='{file}'>", ""),
    "anchor-attachment-file": ("", "<a rel=attachment href='{file}'>x</a>"),
    "image-http": ("", "<img alt=x src='{url}/a.png'>"),
    "image-file": ("", "<img alt=x src='{file}'>"),
    "css-import": ("<style>@import url({url}/a.css);</style>", ""),
    "css-url-in-attribute": ("", "<p style='background:url({url}/a.png)'>x</p>"),
    "css-content-url": ("<style>p::before{{content:url({url}/a.png)}}</style>", "<p>x</p>"),
    "font-face-http": (
        "<style>@font-face{{font-family:f;src:url({url}/a.woff2)}}</style>",
        "<p style='font-family:f'>x</p>",
    ),
    "font-face-file": ("<style>@font-face{{font-family:f;src:url({file})}}</style>", "<p style='font-family:f'>x</p>"),
    "stylesheet-link": ("<link rel=stylesheet href='{url}/a.css'>", ""),
    "object": ("", "<object data='{url}/a.svg'>x</object>"),
    "embed": ("", "<embed src='{url}/a.svg'>"),
    "base-and-relative": ("<base href='{url}/'>", "<img alt=x src='a.png'>"),
    "redirect": ("", "<img alt=x src='{url}/redirect'>"),
    "data-image": ("", "<img alt=x src='data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22/>'>"),
    "list-style-image": ("", "<ul style='list-style-image:url({url}/a.png)'><li>x</ul>"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_document_that_reaches_out_is_stopped(name: str, trap: Trap, tmp_path: Path) -> None:
    secret = tmp_path / "passwd"
    secret.write_bytes(CANARY)
    places = {"url": trap.url, "file": secret.as_uri()}
    head, body = (part.format(**places) for part in HOSTILE[name])

    # A font face stops one step earlier: the child may write no file, so there is no place to load a font to.
    with pytest.raises(pdf.RenderError, match=r"blocked_resource|failed:FileNotFoundError"):
        pdf.render_pdf([document(head, body)])

    assert trap.hits == []


SVG_IMAGE = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><title>t</title><image href='{}' width='9' height='9'/></svg>"


@pytest.mark.parametrize("place", ["http", "file"])
def test_image_inside_svg_is_not_fetched(place: str, trap: Trap, tmp_path: Path) -> None:
    secret = tmp_path / "passwd"
    secret.write_bytes(CANARY)

    try:
        (made,) = pdf.render_pdf([document("", SVG_IMAGE.format(trap.url if place == "http" else secret.as_uri()))])
    except pdf.RenderError as stopped:
        assert stopped.code == "blocked_resource"  # noqa: PT017 -- either outcome is safe
    else:
        assert CANARY not in made
    assert trap.hits == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("<div>" * 3000, {"nested_too_deep"}),
        ("<span>" * 1500 + "x", {"nested_too_deep"}),
        ("<p>" + "A" * 300_000 + "</p>", {""}),
        ("<p style='width:99999999px'>x</p>", {""}),
    ],
    ids=["nested-div", "nested-span", "one-word-of-300000-letters", "huge-width"],
)
def test_bomb_ends_by_itself(body: str, codes: set[str]) -> None:
    assert outcome(document("", body)) in codes


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        "<table><tr><td colspan=65534>x</td></tr></table>",
        "<div style='display:flex'>" * 14 + "x",
        "<div style='float:left'>x</div>" * 2000,
        "<p style='break-after:page'>x</p>" * 1500,
        "<table><tr>" + "<td>x</td>" * 5000 + "</tr></table>",
    ],
    ids=["colspan", "flex", "floats", "page-breaks", "columns"],
)
def test_bomb_is_ended_by_the_limits(body: str) -> None:
    assert outcome(document("", body)) in {"", "out_of_time", "timeout", "out_of_memory", "nested_too_deep", "crashed"}


def outcome(hostile: pdf.Document) -> str:
    """How it ended: '' for a PDF, else the code. Whatever it is, the next document must come out."""
    try:
        (made,) = pdf.render_pdf([hostile])
    except pdf.RenderError as problem:
        code = problem.code
    else:
        assert made.startswith(b"%PDF-1.7")
        code = ""
    (after,) = pdf.render_pdf([document("", "fine")])
    assert after.startswith(b"%PDF-1.7")
    return code


def test_error_never_repeats_the_document() -> None:
    with pytest.raises(pdf.RenderError) as problem:
        pdf.render_pdf([document("", "<img alt=x src='http://127.0.0.1/?name=Maria.Kowalska'>")])

    assert str(problem.value) == "document 0: blocked_resource"
    assert problem.value.__cause__ is None
