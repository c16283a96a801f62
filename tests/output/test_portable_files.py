"""Files of the subject in a portable copy: whole, in both archives, and only those that Article 20 covers (P-02, P-08)."""

from __future__ import annotations

from dataclasses import replace

from dsr.output.inputs import Redaction
from dsr.output.portable import build
from dsr.output.portable_letter import Handover
from exporters.contract import Origin
from tests.output import sample
from tests.output.outlets import OneWay
from tests.output.reading import text_of
from tests.output.test_attached import attached
from tests.output.test_portable import BOUND, CALLS, made, order, table, unpacked

HERS = sample.dataset("ticket_attachments", "Attachments of tickets", [sample.field("path", "File")])
OURS = sample.dataset("scans", "Our scans", [sample.field("path", "File")], origin=Origin.GENERATED)
FILES = (
    attached("router.cfg", b"ssid home"),
    attached("our scan.txt", b"written by us", dataset="scans", dataset_label={"en": "Our scans"}),
    attached("photo.txt", b"a photo"),
    attached("stray.txt", b"nobody described", dataset="stray", dataset_label={"en": "Stray files"}),
)
DESCRIBED = {("help desk", "ticket_attachments"): HERS, ("help desk", "scans"): OURS}


def test_P_02_P_08_her_files_are_in_and_the_others_are_named() -> None:
    found = made(order(CALLS, attached=FILES, described=DESCRIBED))[1]
    inside = {name.rpartition("/")[2]: data for name, data in found.items() if name.startswith("attachments/")}
    assert inside.pop("files.csv")
    assert inside == {"router.cfg": b"ssid home", "photo.txt": b"a photo"}
    left = [(line[1], line[4], line[7]) for line in table(found["excluded.csv"])[1:]]
    assert [line for line in left if line[0] != "Calls"] == [
        ("Our scans", "generated", "1"),
        ("Stray files", "other_basis", "1"),
    ]
    text = text_of(found["letter.pdf"])
    assert "Help desk, Attachments of tickets: 2 files" in text
    assert "router.cfg" not in found["read-me-first.html"].decode()
    assert "holds 2 files of yours" in found["read-me-first.html"].decode()


def test_P_05_the_receiver_gets_the_same_files() -> None:
    hers, theirs = OneWay(), OneWay()
    asked = order(CALLS, attached=FILES, described=DESCRIBED, bound=BOUND, handover=Handover(receiver="Southwave Ltd"))
    build(hers, asked, outgoing=theirs)
    mine, sent = unpacked(hers), unpacked(theirs)
    names = {name for name in mine if name.startswith("attachments/")}
    assert len(names) == 3
    assert all(sent[name] == mine[name] for name in names)


def test_P_09_files_alone_are_an_answer() -> None:
    found = made(order(sample.everything(1)[-1], attached=FILES[:1], described=DESCRIBED))[1]
    text = text_of(found["letter.pdf"])
    assert "1 file" in text
    assert "Nothing of what we hold" not in text


def test_X_02_what_was_blacked_out_is_named_with_its_reason() -> None:
    inquiry = replace(sample.INQUIRY, redactions=(Redaction("radius", "calls", "It is the number of a shelter.", 2),))
    found = made(order(CALLS, inquiry=inquiry))[1]
    lines = [line for line in table(found["excluded.csv"])[1:] if line[2] == "*"]
    assert [(line[1], line[3], line[5]) for line in lines] == [
        ("Calls", "Blacked out by hand: 2 places", "It is the number of a shelter.")
    ]
    assert "It is the number of a shelter." in text_of(found["letter.pdf"])
