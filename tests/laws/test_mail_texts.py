"""Every template of a mail, filled with nasty values: nothing personal but the greeting, links with the reference only (A-16)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.utils import translation

from dsr.cases.mail_text import nameless, subject_and_body

TEMPLATES = sorted(path.stem for path in (settings.BASE_DIR / "templates" / "mail").glob("[!_]*.txt"))
NAME = 'O\'Hara & Söhne <b>"Größe"</b> {{ x }} {% y %}'
REFERENCE = "DSR-2026-000042"
BASE = "https://privacy.example.net"
LINK = f"{BASE}/requests/{REFERENCE}/"
# The request, or the page of the desk that a notice to a colleague is about.
LINKS = {LINK, f"{BASE}/desk/", f"{BASE}/desk/break-glass/", f"{BASE}/desk/reports/", f"{BASE}/desk/dashboard/"}
# What a mail must never say, each recognisable wherever it turns up.
SECRETS = {
    "contact_email": "canary.mail@example.org",
    "contact_post": "Canary Street 7",
    "words": "canary words of the person",
    "customer_number": "77007700",
    "phone": "+447700900199",
    "account_email": "canary.account@example.org",
    "right": "canary_right",
    "state": "canary_state",
}


class Canary(SimpleNamespace):
    """A request whose every attribute but the reference is a secret."""

    def content(self):
        return SECRETS | {"name": "canary name"}

    def __str__(self):
        return "canary request"


def context(name: str) -> dict[str, object]:
    """Everything any template gets, and more than it may use."""
    controller = SimpleNamespace(
        name="Löwe & Partner",
        legal_name="Löwe & Partner's <Netz> GmbH",
        address="Weg 1 & 2\n12345 Köln",
        dpo_name="Dr. Þóra O'Neill",
        dpo_email="dpo@example.net",
        privacy_email="privacy@example.net",
    )
    user = SimpleNamespace(display_name="canary staff", email=SECRETS["account_email"], language="en")
    account = SimpleNamespace(email=SECRETS["account_email"], display_name="canary account")
    request = Canary(
        reference=REFERENCE,
        language="de",
        account=account,
        identity_level=3,
        **{key: value for key, value in SECRETS.items() if key != "account_email"},
    )
    due = date(2026, 12, 22)
    line = {"reference": REFERENCE, "right": "Access & copy", "rung": "Due", "due_on": due, "for": "Mara & Otto"}
    return {
        "request": request,
        "case": request,
        "controller": controller,
        "user": user,
        "link": LINK,
        "desk": f"{BASE}/desk/",
        "name": name,
        "due_on": due,
        "code": "1234 5678",
        "minutes": 30,
        "count": 2,
        "more": 3,
        "lines": [line],
        "anchor": SimpleNamespace(day=due, heads=7, root="ab" * 32, previous_root=""),
        "now": datetime(2026, 11, 22, tzinfo=UTC),
        "days": 7,
        "month": date(2026, 10, 1),
        "until": datetime(2026, 11, 22, 10, tzinfo=UTC),
        "who": "Otto & Ines",
        "what": "roles",
    }


def render(template: str, language: str, name: str = NAME) -> tuple[str, str]:
    with translation.override(language):
        return subject_and_body(template, context(name))


both = pytest.mark.parametrize("language", ["en", "de"])
every = pytest.mark.parametrize("template", TEMPLATES)


@every
@both
def test_a_16_no_mail_says_anything_of_the_person(template, language):
    subject, body = render(template, language)

    for secret in (*SECRETS.values(), "canary"):
        assert secret not in subject + body, secret


@every
@both
def test_a_16_the_name_stands_in_the_greeting_and_nowhere_else(template, language):
    subject, body = render(template, language)
    _, without = render(template, language, name="")
    first, _, rest = body.partition("\n")

    assert NAME not in subject + rest
    assert rest == without.partition("\n")[2]
    if NAME in first:
        assert first.endswith(f" {NAME},")
        assert nameless(body, language) == without
    else:
        assert body == without


@every
@both
def test_a_16_links_carry_the_reference_only(template, language):
    _, body = render(template, language)

    assert set(re.findall(r"https?://[^\s<>\"]+", body.replace(NAME, ""))) <= LINKS


@every
@both
def test_subjects_hold_the_reference_and_nothing_that_identifies(template, language):
    """Besides words: the reference, the controller's name (a code), a day (the anchor), a month (the report) or a number (the digest)."""
    subject, _ = render(template, language)

    assert subject
    assert "\n" not in subject
    rest = subject.replace(REFERENCE, "").replace("Löwe & Partner", "").replace("2026-12-22", "")
    rest = rest.replace("October 2026", "").replace("Oktober 2026", "")
    assert re.findall(r"\d+", rest) in ([], ["2"])
    assert "1234 5678" not in subject


@every
@both
def test_plain_text_is_not_escaped_as_if_it_were_html(template, language):
    _, body = render(template, language)

    assert not re.search(r"&(amp|lt|gt|quot|#x?\w+);", body)
    if "GmbH" in body:
        assert "Löwe & Partner's <Netz> GmbH" in body


@every
def test_every_mail_speaks_german(template):
    english, german = render(template, "en"), render(template, "de")

    assert german[0] != english[0]
    assert german[1] != english[1]


def test_a_greeting_without_a_name_is_left_alone():
    assert nameless("no greeting here\nrest\n", "en") == "no greeting here\nrest\n"
    assert nameless("Hallo Anna,\nrest\n", "de") == "Guten Tag,\nrest\n"
