"""What else an event says, in words: store, counts, people, letters, hashes; never what was sealed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr import wording
from dsr.desk.escalations import rung_words
from dsr.desk.tasks_view import store_label
from dsr.desk.troubles import trouble
from dsr.law.clock import SuspensionKind
from dsr.law.workflow import State
from dsr.models import Event, Upload
from dsr.wording import hand, uploads

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dsr.models import Event


def details(event: Event, stores: dict[str, Any], names: Mapping[str, str], language: str) -> Iterator[str]:
    """The parts of the line below an event, in their order."""
    data = event.data
    if event.from_state and event.from_state != event.to_state:
        yield f"{_state(event.from_state)} → {_state(event.to_state)}"
    if data.get("store"):
        yield store_label(stores, str(data["store"]), language)
    yield from _about_people(event, names)
    yield from _about_work(data)
    yield from _about_hand(event)
    yield from _about_escalation(event, names)
    yield from _about_upload(event)
    if data.get("due_on") and event.action not in {"task_done", "report_overdue"}:
        yield _("due %(day)s") % {"day": _day(data["due_on"])}
    if data.get("ground"):
        yield _ground(str(data["ground"]))
    if event.action.startswith("letter_") and data.get("letter"):
        yield _letter(str(data["letter"]))
    for key in ("package_sha256", "manifest_sha256", "plan_sha256", "sha256", "pdf_sha256", "letter_sha256"):
        if data.get(key):
            yield f"SHA-256 {str(data[key])[:16]}…"
            break


def _about_people(event: Event, names: Mapping[str, str]) -> Iterator[str]:
    """Whom it was given to, which colleague it is about, and what an approval that expired leaves behind."""
    data = event.data
    if event.action == "assigned":
        yield names.get(str(data.get("assignee")), "") or _("to nobody")
    if data.get("expired"):
        yield _("the approval had expired")
    if data.get("applied") is True:
        yield _("what was already changed in the stores stays changed")
    if data.get("colleague"):
        yield names.get(str(data["colleague"]), _("somebody who has left"))


def _about_work(data: dict[str, Any]) -> Iterator[str]:
    if "rows" in data:
        rows = int(data["rows"])
        yield ngettext("%(n)s record", "%(n)s records", rows) % {"n": rows}
    if data.get("code"):
        yield trouble(str(data["code"]))
    if data.get("retry") is True:
        yield _("tried again by itself")
    if "chosen" in data:
        words = ngettext("%(chosen)s of %(n)s candidate", "%(chosen)s of %(n)s candidates", int(data["offered"]))
        yield words % {"chosen": data["chosen"], "n": data["offered"]}


def _about_hand(event: Event) -> Iterator[str]:
    """What a department answered, how many files came with it, and which other request a link is about."""
    data = event.data
    if event.action == "hand_answered":
        yield hand.outcome(str(data.get("outcome", "")))
    if data.get("files") and event.action == "hand_answered":
        yield ngettext("%(n)s file", "%(n)s files", int(data["files"])) % {"n": int(data["files"])}
    if data.get("other"):
        yield str(data["other"])


def _about_escalation(event: Event, names: Mapping[str, str]) -> Iterator[str]:
    """Rungs and who heard of them, what a reminder was about, what a new calendar moved."""
    data = event.data
    yield from (rung_words(str(code)) for code in data.get("rungs", ()))
    if "not_told" in data:  # Art. 19: how many recipients, never which
        yield _("recipients told: %(told)s, not told: %(not_told)s") % data
    elif "told" in data:
        told = [names.get(str(user), _("somebody who has left")) for user in data["told"]]
        yield _("told: %(names)s") % {"names": ", ".join(told)} if told else _("nobody to tell")
    if data.get("stand_ins"):
        yield ngettext("%(n)s stand-in", "%(n)s stand-ins", data["stand_ins"]) % {"n": data["stand_ins"]}
    if event.action == "report_overdue" and data.get("due_on"):
        yield _("was due %(day)s") % {"day": _day(data["due_on"])}
    if event.action == "reminded":
        kind = wording.say(SuspensionKind(str(data["kind"])))
        yield _("about %(kind)s, asked %(day)s") % {"kind": kind, "day": _day(data["asked_on"])}
        yield _("by mail") if data.get("by_mail") else _("no address for a mail: write a letter")
    if data.get("due_before"):
        yield _("was due %(day)s") % {"day": _day(data["due_before"])}


def _about_upload(event: Event) -> Iterator[str]:
    """What a sent file was for, and why it went."""
    if event.action.startswith("upload_"):
        if event.data.get("purpose") in set(Upload.Purpose):
            yield uploads.purpose(str(event.data["purpose"]))
        if event.data.get("reason"):
            yield uploads.reason(str(event.data["reason"]))


def _day(value: object) -> str:
    return wording.day_with_weekday(date.fromisoformat(str(value)))


def _state(value: str) -> str:
    return wording.state(value) if value in set(State) else value


def _letter(code: str) -> str:
    try:
        return wording.letter(code)
    except (KeyError, ValueError):  # of a later release
        return code


def _ground(code: str) -> str:
    try:
        return wording.ground(code)
    except KeyError:
        return code
