"""Names and words of attachments: safe to unpack anywhere, still the names people know."""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zipfile
from dataclasses import replace

import pytest

from dsr.output.attached import Attached, add_all, groups, paths_of
from dsr.output.inputs import OutputError
from dsr.output.package import Archive
from exporters.files.content import Content, FileKind, judge
from exporters.files.file_names import MAX_NAME_BYTES, MAX_NAME_CHARACTERS, file_name
from tests.output import sample
from tests.output.outlets import OneWay

BAD = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]')
HOSTILE = [
    "../../etc/passwd",
    "..\\..\\windows\\system32\\cmd.exe",
    "/etc/shadow",
    "C:\\boot.ini",
    "..",
    ".",
    "",
    "   ",
    "...",
    "CON",
    "con.txt",
    "LPT1.tar.gz",
    "COM¹",
    "NUL .txt",
    "AUX",
    "a\x00b.txt",
    "line\nfeed\r.txt",
    "photo\u202egnp.exe",
    "zero\u200bwidth.txt",
    "\ufeffbom.txt",
    "trailing dot.",
    "trailing space ",
    "star*quest?ion.txt",
    "x" * 500 + ".jpeg",
    "\N{OCTOPUS}" * 200 + ".png",
    "x." + "y" * 300,
    "\udcff\udcfe.wav",
    ".htaccess",
    "-rf",
    "=cmd()",
    "<script>.html",
    "a/b/c/../d.txt",
]


def attached(name: str, data: bytes = b"x", **changes: object) -> Attached:
    item = Attached(
        store="help desk",
        store_label={"en": "Help desk"},
        dataset="ticket_attachments",
        dataset_label={"en": "Attachments of tickets"},
        name=name,
        media_type="text/plain",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        date="2026-03-01",
        content=Content(FileKind.TEXT),
        read=lambda: iter([data]),
    )
    return replace(item, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_leads_out_or_cannot_be_unpacked(name: str) -> None:
    safe = file_name(name)

    assert safe
    assert not BAD.search(safe)
    assert safe not in {".", ".."}
    assert safe == safe.strip(" .")
    assert not re.fullmatch(r"(?i)(con|prn|aux|nul|(com|lpt)[0-9¹²³])\s*(\..*)?", safe)
    assert len(safe) <= MAX_NAME_CHARACTERS
    assert len(safe.encode()) <= MAX_NAME_BYTES
    assert file_name(safe) == safe


@pytest.mark.parametrize(
    "name", ["Grüße aus Köln.jpg", "Счёт 2026.pdf", "請求書.png", "عقد.pdf", "resume\u0301.doc", "a (2).txt"]
)
def test_every_script_stays(name: str) -> None:
    assert file_name(name) == unicodedata.normalize("NFC", name)


def test_the_ending_stays_when_a_name_is_cut() -> None:
    assert file_name("x" * 500 + ".jpeg").endswith("x.jpeg")


def test_names_that_windows_or_macos_takes_for_one_are_numbered() -> None:
    names = ["scan.png", "SCAN.PNG", "scan.png", "caf\u00e9.png", "cafe\u0301.png", "scan (2).png", "../scan.png"]

    paths = paths_of([attached(name) for name in names])

    folder = "attachments/help-desk/ticket_attachments/"
    assert [path.removeprefix(folder) for path in paths] == [
        "scan.png",
        "SCAN (2).PNG",
        "scan (3).png",
        "café.png",
        "café (2).png",
        "scan (2) (2).png",
        "scan (4).png",
    ]
    assert len({unicodedata.normalize("NFC", path.casefold()) for path in paths}) == len(names)


def test_ten_thousand_files_of_one_name_do_not_take_quadratic_time() -> None:
    assert len(set(paths_of([attached("image.png")] * 10_000))) == 10_000


def test_members_are_utf_8_flagged_and_what_is_compressed_already_is_not_compressed_again() -> None:
    noise, words = bytes(range(256)) * 400, b"the same again " * 4000
    sink = OneWay()
    archive = Archive(sink, sample.HEAD, lambda: None)

    picture = attached("Grüße.jpg", noise, content=Content(FileKind.PICTURE), media_type="image/jpeg")
    add_all(archive, [picture, attached("chat.txt", words)])
    archive.close(sample.HEAD, ())

    with zipfile.ZipFile(sink.file()) as made:
        info = made.getinfo("attachments/help-desk/ticket_attachments/Grüße.jpg")
        assert info.flag_bits & 0x800
        assert info.compress_size > info.file_size == len(noise)
        assert made.read(info) == noise
        text = made.getinfo("attachments/help-desk/ticket_attachments/chat.txt")
        assert text.compress_size < text.file_size / 10
        assert made.testzip() is None


def test_other_bytes_than_were_collected_never_leave() -> None:
    item = attached("a.txt", b"collected", read=lambda: iter([b"something else"]))

    with pytest.raises(OutputError) as raised:
        add_all(Archive(OneWay(), sample.HEAD, lambda: None), [item])

    assert (raised.value.code, raised.value.place) == ("spool_changed", "help desk.ticket_attachments")


def test_a_long_list_shows_the_first_and_says_how_many_there_are() -> None:
    (group,) = groups([attached(f"{n}.txt") for n in range(50)], "en", most=10)

    assert (group.count, len(group.lines), group.size, group.active) == (50, 10, 50, False)
    assert group.lines[0].href == "attachments/help-desk/ticket_attachments/0.txt"
    assert group.lines[0].day == "1 March 2026"


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


@pytest.mark.parametrize(
    ("name", "media_type", "head", "kind", "claimed"),
    [
        ("a.png", "image/png", PNG, "picture", None),
        ("a.jpg", "", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "picture", None),
        ("a.jpg", "image/jpeg", b"just words", "text", "picture"),
        ("a.jpg", "image/jpeg", b"MZ\x90\x00\x03", "program", "picture"),
        ("a.png", "", b"PK\x03\x04\x14\x00", "archive", "picture"),
        ("a.pdf", "application/pdf", b"%PDF-1.7\n", "pdf", None),
        ("a.pdf", "", b"<html><script>", "page", "pdf"),
        ("a.docx", "", b"PK\x03\x04\x14\x00", "document", None),
        ("a.wav", "audio/wav", b"RIFF\x24\x00\x00\x00WAVEfmt ", "sound", None),
        ("raw.al", "audio/basic", b"\xd5\x55\xd4" * 50, "sound", None),
        ("a.txt", "text/plain", "Grüße".encode(), "text", None),
        ("a.txt", "text/plain", b"\xef\xbb\xbf <!DOCTYPE html><p>", "page", None),
        ("a.svg", "image/svg+xml", b"<?xml version='1.0'?><svg onload='x'>", "page", None),
        ("a.svg", "", b"", "page", None),
        ("invoice.pdf.exe", "application/pdf", b"MZ\x90\x00", "program", "pdf"),
        ("a", "application/octet-stream", b"\x7fELF\x02\x01", "program", None),
        ("a.bin", "", b"\x00\x01\x02\xff", "other", None),
        ("empty", "", b"", "other", None),
    ],
)
def test_a_file_is_judged_by_its_bytes(name: str, media_type: str, head: bytes, kind: str, claimed: str | None) -> None:
    found = judge(head, name=name, media_type=media_type)

    assert (found.kind.value, found.claimed.value if found.claimed else None) == (kind, claimed)
