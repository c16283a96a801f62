"""Mails that were built to break something: headers, parts, names, character sets, sizes (T-02: none of them is lost)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from time import process_time
from typing import Any

import pytest
from django.utils import timezone

from dsr.cases.inbound_headers import authentic
from dsr.cases.inbound_html import MAX_HTML, as_text
from dsr.cases.inbound_text import Letter, reached_at, read
from dsr.fulfil import inbound
from dsr.models import InboundMail, Message, Request, Upload
from tests.factories import make_controller
from tests.inbound.conftest import mail

NOW = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)


def body(content: bytes, **headers: str) -> bytes:
    lines = {"From": "anna@example.com", "Subject": "x", **{k.replace("_", "-"): v for k, v in headers.items()}}
    return "".join(f"{name}: {value}\n" for name, value in lines.items()).encode() + b"\n" + content


@pytest.mark.parametrize(
    ("sender", "address", "name"),
    [
        ("Anna <anna@example.com>", "anna@example.com", "Anna"),
        ('"boss@northwave.example.com" <eve@example.net>', "eve@example.net", ""),
        ("=?utf-8?b?QW5uYeKAi+KAjiDigK5ub3NsZU4=?= <anna@example.com>", "anna@example.com", "Anna noslen"),
        ("=?utf-8?q?a=40example=2Ecom=2C?= <eve@example.net>", "eve@example.net", ""),
        ("a@example.com, b@example.com", "", ""),
        ("undisclosed-recipients:;", "", ""),
        ("anna@example.com\n\tBcc: victim@example.net", "", ""),
        ("x <anna@example.com> <eve@example.net>", "", ""),
        ("eve@example.net <anna@example.com>", "", ""),
        ("anna@example.com <Anna@example.com>", "anna@example.com", ""),
        ("Anna B. Example (was eve@example.net) <anna@example.com>", "anna@example.com", "Anna B. Example"),
        ("a\x00nna@example.com", "", ""),
        ("(" * 900 + "a@example.com", "", ""),
        ("anna@localhost..", "", ""),
    ],
)
def test_a_sender_is_one_address_or_nobody_and_a_name_never_looks_like_another(
    sender: str, address: str, name: str
) -> None:
    said = read(mail(sender=sender))
    assert said.address == address
    assert not said.address or said.name.casefold() == name.casefold()
    assert not any(ord(char) < 32 or char in "\u200b\u202e\u200e" for char in said.address + said.name + said.subject)


def test_two_from_headers_are_nobody() -> None:
    assert read(b"From: eve@example.net\n" + mail()).address == ""


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (body(b"M\xfcller", Content_Type="text/plain; charset=utf-8"), "Müller"),
        (body("Größe".encode(), Content_Type="text/plain; charset=klingon"), "Größe"),
        (body(b"=FF=FE x", Content_Type="text/plain; charset=utf-16", Content_Transfer_Encoding="quoted-printable"), ""),
        (body(b"!!not base64!!", Content_Transfer_Encoding="base64"), ""),
        (body(b"a\x00b\x1b[31mc\x85d"), "ab[31mc"),
        (body(b"<p>One<br>two</p><script>alert(1)</script><style>p{}</style>&lt;b&gt;", Content_Type="text/html"), "One\ntwo\n<b>"),
        (body(b"", Content_Type='multipart/mixed; boundary="'), ""),
        (body(b"x", Content_Type="text/plain; charset*0*=utf-8''%GG; charset*0=x"), "x"),
    ],
)  # fmt: skip
def test_text_is_read_in_whatever_it_is_really_written(raw: bytes, words: str) -> None:
    said = read(raw)
    assert not said.unreadable
    assert words in said.text
    assert "alert" not in said.text


def test_parts_within_parts_end_somewhere() -> None:
    """Thousands of multiparts in one another, or thousands beside each other: who sent it, and nothing else."""
    deep = b"x"
    for number in range(400):
        deep = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number) + deep
    wide = b"".join(b"--b\n\npart %d\n" % number for number in range(3000)) + b"--b--\n"
    for raw in (
        b"From: anna@example.com\n" + deep,
        body(wide, Content_Type="multipart/mixed; boundary=b"),
    ):
        said = read(raw)
        assert (said.unreadable, said.address) == (True, "anna@example.com")


def test_winmail_and_names_of_attachments() -> None:
    made = EmailMessage()
    made["From"], made["Subject"] = "anna@example.com", "files"
    made.set_content("Look.")
    for name in ("winmail.dat", "../../etc/passwd", "invoice\u202efdp.exe", "pass\u200bport.png"):
        made.add_attachment(b"\x78\x9f\x3e\x22", maintype="application", subtype="ms-tnef", filename=name)
    inner = EmailMessage()
    inner["From"] = "other@example.com"
    inner.set_content("inside")
    made.add_attachment(inner)

    said = read(made.as_bytes())

    assert [one.name for one in said.attachments] == [
        "winmail.dat",
        "passwd",
        "invoicefdp.exe",
        "passport.png",
        "message.eml",
    ]
    assert said.text == "Look."


@pytest.mark.parametrize("shift", [timedelta(days=-40), timedelta(hours=1)])
def test_T_02_a_received_header_that_cannot_be_is_not_believed(shift: timedelta) -> None:
    assert reached_at(Letter(received_at=NOW + shift), internal=NOW, now=NOW) == NOW
    assert reached_at(Letter(), internal=NOW + timedelta(days=3), now=NOW) == NOW


def test_html_is_words() -> None:
    assert as_text("<div>a<div>b</div><img src=x onerror=y>c</div><svg><text>no</text></svg>" * 2).count("c") == 2
    assert as_text("<style>" * 50_000) == ""


@pytest.mark.parametrize(
    "unit",
    [
        "<a ",
        "<!--",
        "<!-- >",
        "</a ",
        "<![CDATA[",
        '<a b=" ]>"',
        "-->'x<a b='",
        '--!>"<a b="&',
        "<svg>",
        "<svg></title>",
    ],
)
def test_html_that_never_ends_is_read_in_time(unit: str) -> None:
    """The longest part that is read, of nothing but the beginning of something: seconds of the processor, not hours."""
    started = process_time()
    as_text(unit * (MAX_HTML // len(unit)))
    assert process_time() - started < 2


def test_html_of_all_parts_of_a_mail_has_one_limit(monkeypatch: Any) -> None:
    monkeypatch.setattr("dsr.cases.inbound_html.MAX_ALL", 40)
    parts = b"".join(b"--b\nContent-Type: text/html\n\n<p>part number %d</p>\n" % number for number in range(9))
    said = read(body(parts + b"--b--\n", Content_Type="multipart/mixed; boundary=b"))
    assert "number 1" in said.text
    assert "number 2" not in said.text


def test_taming_keeps_the_words_of_honest_and_of_hostile_pages() -> None:
    honest = '<p title="a > b" data-x="<b>">One</p><!-- no --><![if !mso]>two<![endif]>&amp;<a href=x>three</a>'
    assert as_text(honest) == "One\ntwo&three"
    assert as_text("<p>Words <!-- and more") == "Words and more"
    assert "my words" in as_text('<a b=" ]>"' * 5000 + "my words")


FILLED = "".join(f"; dkim=fail reason=(bad) header.d=s{number}.example.net" for number in range(200))


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        (["mx.isp.example; dmarc=fail"], False),
        (["MX.isp.example 1; dmarc=fail"], False),
        ([f"mx.isp.example{FILLED}; dmarc=fail"], False),
        (["mx.isp.example; dkim=pass", "mx.isp.example; dmarc=fail (p=reject)"], False),
        (["mx.isp.example; dmarc=pass", "mx.isp.example; dmarc=fail"], False),
        (["mx.isp.example; dmarc (a (b) c)\n\t= fail"], False),
        (["mx.isp.example; spf=pass smtp.mailfrom=a(b@example.net; dmarc=fail"], False),
        (["(first) mx.isp.example; DMARC/1=FAIL"], False),
        (["mx.isp.example; dkim=pass", "mx.isp.example; spf=pass; dmarc=pass header.from=example.com"], True),
        (['mx.isp.example; spf=none (dmarc=pass) smtp.helo="; dmarc=pass"; dkim=none'], None),
        (["mx.isp.example; dkim=pass"], None),
        (["mx.evil.example; dmarc=fail", "mx.isp.example.evil.example; dmarc=pass"], None),
        ([], None),
    ],
)
def test_what_our_servers_say_about_the_sender_is_read_whole_and_a_failure_wins(
    results: list[str], verdict: bool | None
) -> None:
    raw = "".join(f"Authentication-Results: {one}\n" for one in results).encode() + mail()
    assert read(raw, authserv="mx.isp.example").authentic is verdict
    assert read(raw).authentic is None


@pytest.mark.parametrize("unit", ["dmarc(", "dmarc ", "(", '"', "\\(", "dmarc(x)", "dmarc/1"])
def test_results_of_any_length_are_judged_in_time(unit: str) -> None:
    started = process_time()
    said = authentic([f"mx; {unit * (900_000 // len(unit))}; dmarc=fail", f"mx; {'x' * 1_100_000}"], "mx")
    assert said is False
    assert process_time() - started < 2


@pytest.mark.django_db
def test_a_disowned_sender_a_crowd_and_a_giant_wait_for_a_person(server: Any, poll: Any, settings: Any) -> None:
    """DMARC as our own server saw it; the sixth request of one sender in a day; 2 MB where 1 MB is the most."""
    settings.DSR_INBOX = {"northwave": server.config(authserv="mx.northwave.example.com")}
    settings.DSR_INBOX_MAX_MB = 1
    theirs = "mx.evil.example.net; dmarc=fail"
    server.add(mail(Authentication_Results="mx.northwave.example.com; spf=pass; dmarc=fail (p=reject)"))
    server.add(mail(Authentication_Results=theirs))
    server.add(mail("x" * (2 << 20), sender="Big <big@example.com>", subject="Photos"))
    for number in range(6):
        server.add(mail(f"Number {number}", sender="crowd@example.com"))

    rows = poll()

    assert [(row.kind, row.doubt) for row in rows[:3]] == [
        ("undecided", "disowned"),
        ("request", ""),
        ("undecided", "too_large"),
    ]
    assert [row.kind for row in rows[3:]] == ["request"] * 5 + ["undecided"]
    assert rows[2].content()["address"] == "big@example.com"
    assert rows[2].size > 2 << 20
    assert server.unread() == []


@pytest.mark.django_db
def test_a_mail_that_kills_its_reader_goes_to_a_person(server: Any) -> None:
    server.add(mail(subject="Killer"))
    inbound.fetch(controller=make_controller(), now=timezone.now())
    row = InboundMail.objects.get()
    InboundMail.objects.update(attempts=inbound.TRIES)

    taken = inbound.take(mail_id=row.pk, now=timezone.now())

    assert taken is not None
    assert (taken.kind, taken.doubt) == ("undecided", "unreadable")
    assert taken.content()["address"] == "anna@example.com"
    assert not Request.objects.exists()


@pytest.mark.django_db
@pytest.mark.slow
def test_fifty_megabytes_of_attachments_are_refused_one_by_one_and_the_words_arrive(
    server: Any, poll: Any, settings: Any
) -> None:
    """Two files above the limit of one file, one harmless program, one that is kept: each says what became of it."""
    settings.DSR_INBOX_MAX_MB = 100
    made = EmailMessage()
    made["From"], made["Subject"] = "anna@example.com", "Everything"
    made.set_content("My files.")
    for name, content in (
        ("one.bin", b"a" * (20 << 20)),
        ("two.bin", b"b" * (20 << 20)),
        ("run.exe", b"MZ" + b"\x00" * 200),
        ("note.txt", b"a note about my contract\n"),
    ):
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    server.add(made.as_bytes())

    (row,) = poll()

    done = InboundMail.objects.get().content()["done"]
    assert row.kind == "request"
    assert (done["0"], done["1"]) == ("too_large", "too_large")
    assert done["2"] != "kept"
    assert Upload.objects.filter(request=row.request).count() == list(done.values()).count("kept")
    assert "My files." in row.request.content()["words"]
    assert Message.objects.filter(request=row.request).count() == 1
