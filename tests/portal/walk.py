"""Walking through the new request as a browser does: answer a page, follow the redirect."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from django.core import mail
from django.utils.html import strip_tags

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from django.test import Client

    from dsr.models import Case

ME = {"who": {"who": "me"}}
NO_ACCOUNT = {"account": {"account": "no"}, "details": {"name": "Maria Kowalska", "email": "maria@example.com"}}
REPLY = {"contact": {"reply": "portal", "language": "en"}}
ACCESS = {"data": {"extent": "everything"}, "period": {"period": "all"}}


def answer(client: Client, step: str, **data: Any) -> str:
    """Answer one page; returns the address of the next. Fails when the page shows errors instead."""
    response = client.post(f"/new/{step}/", data)
    assert response.status_code == 302, (step, text_of(response))
    return str(response.headers["Location"])


def walk(client: Client, right: str, *groups: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Answer `what`, then whichever page comes next from `groups`, until the check page; returns the pages met."""
    pages = {name: data for group in groups for name, data in group.items()}
    met, where = ["what"], answer(client, "what", right=right)
    while where != "/new/check/":
        step = where.strip("/").removeprefix("new/")
        met.append(step)
        where = answer(client, step, **pages[step])
    return met


def key_of(client: Client) -> str:
    """The key that the check page carries."""
    page = client.get("/new/check/")
    key = re.search(r'name="key" value="([^"]+)"', page.content.decode())
    assert key, text_of(page)
    return key.group(1)


def send(client: Client) -> Any:
    """Press the last button."""
    return client.post("/new/check/", {"key": key_of(client), "website": ""})


def due(case: Case) -> date:
    """The due date of a case whose clock runs."""
    assert case.due_on
    return case.due_on


def file_access(client: Client) -> str:
    """Send an access request without an account; returns its reference."""
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)
    response = send(client)
    assert response.status_code == 302, text_of(response)
    return str(response.headers["Location"]).strip("/").removeprefix("sent/")


def text_of(response: Any) -> str:
    """What a page says, in one line."""
    body = response.content.decode()
    main = body[body.index("<main") : body.index("</main>")] if "<main" in body else body
    return " ".join(html.unescape(strip_tags(main)).split())


def newest_code(to: str = "") -> str:
    """The digits in the newest mail (to an address)."""
    for message in reversed(mail.outbox):
        found = re.search(r"\b(\d{4} \d{4})\b", str(message.body))
        if found and (not to or to in message.to):
            return found.group(1)
    raise AssertionError(f"no code among {[m.subject for m in mail.outbox]}")
