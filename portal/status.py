"""What the page of a request says, gathered once for the page itself and for the parts of it that are asked for again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from dsr import wording
from dsr.cases import actors, flood, triage, uploads
from dsr.inbox import Inbox
from dsr.law.workflow import State
from dsr.limits import client_address
from dsr.wording import asked as asked_words
from portal import access, kept, progress
from portal.sendings import sendings_of
from portal.views import files
from portal.views.letters import letters_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import Message, Request
    from portal.progress import Part

# Seconds between two looks of an open page: while systems work, while the request runs, once it is answered.
BUSY, RUNS, OVER = 5, 20, 60


def parts_context(http: Any, asked: Request, *, now: datetime) -> dict[str, Any]:
    """Everything that can change while the page lies open: state, steps, dates, letters, messages."""
    parts = progress.parts_of(asked, now=now)
    older, talk = written(asked)
    letters = letters_of(asked)
    headways = _headways(http, asked, parts, now)
    is_open = any(part.is_open for part in parts)
    busy = any(far["part"].headway.busy for far in headways)
    return {
        "asked": asked,
        "parts": parts,
        "headways": headways,
        "letters": letters,
        "letters_count": len(letters) + len(older),
        "sendings": sendings_of(asked),
        "older": older,
        "talk": talk,
        "proof_needed": progress.proof_needed(asked),
        "can_withdraw": any(part.can_withdraw for part in parts),
        "open": is_open,
        "ready": any(part.package for part in parts),
        "resumable": any(part.resumable for part in parts),
        "contestable": any(part.contestable for part in parts),
        "changeable": any(part.changeable for part in parts),
        "detail": next((part for part in parts if part.asked_for_detail), None),
        "identified": bool(asked.identified_at),
        "misread": triage.may_be_misread(asked, actor_of(http), now=now),
        "dismissed": any(part.case.state == State.NOT_IDENTIFIED for part in parts) and flood.dismissed(asked),
        "clocks": len({(part.case.due_on, part.is_open, part.paused) for part in parts}) > 1,
        "every": BUSY if busy else RUNS if is_open else OVER,
        "news": sum(not line["own"] for line in talk) + len(letters),
    }


def page_context(http: Any, asked: Request, form: Any) -> dict[str, Any]:
    """The whole page; `form` is the box at the end of the conversation."""
    page = parts_context(http, asked, now=timezone.now())
    wished = _wished(asked.content(), page["parts"])
    after = kept.shown(http, asked, language=http.LANGUAGE_CODE)
    return page | {
        "nav": "requests",
        "form": form,
        "wished": wished,
        **after,
        "sent_files": files.sent_by_her(asked),
    }


def _wished(content: Mapping[str, Any], parts: Sequence[Part]) -> list[dict[str, Any]]:
    """What she told us: of several rights each under its name, then what they share, which has none (T-26)."""
    scope, by_right = content.get("scope", {}), content.get("by_right", {})
    named = [(part.title, by_right[part.case.right]) for part in parts if part.case.right in by_right]
    if not named:
        return [{"title": "", "words": content.get("words", ""), "choices": asked_words.lines(scope)}]
    own = {code for told in by_right.values() for code in told.get("scope", {})}
    shared = {code: value for code, value in scope.items() if code not in own}
    groups = [(title, told.get("words", ""), told.get("scope", {})) for title, told in named]
    return [
        {"title": title, "words": words, "choices": asked_words.lines(chosen)}
        for title, words, chosen in [*groups, ("", "", shared)]
    ]


def actor_of(http: Any) -> Actor:
    """Whoever is here, as the data subject; her account's id when she is signed in."""
    user = access.subscriber(http)
    return actors.subject(str(user.pk) if user else "")


def inbox_of(http: Any, asked: Request) -> Inbox:
    """Where files go that she adds to a message about this request."""
    return Inbox(
        controller=asked.controller,
        request=asked,
        now=timezone.now(),
        address=client_address(http),
        actor=actor_of(http),
    )


def written(asked: Request) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Letters of an earlier release, which were texts, and the conversation; mails that announce something are not shown."""
    older, talk = [], []
    rows = asked.messages.filter(by_mail=False).prefetch_related("uploads").order_by("created_at", "pk")
    for message in rows:
        if message.kind == "message":
            talk.append(_line(message))
        else:
            older.append({**_line(message), "title": wording.letter(message.kind)})
    return older, talk


def _line(message: Message) -> dict[str, Any]:
    return {
        "at": message.created_at,
        "text": message.content().get("body", ""),
        "own": message.inbound,
        "who": _("You") if message.inbound else _("Privacy office"),
        "files": uploads.shown(message.uploads.all()),
    }


def _headways(http: Any, asked: Request, parts: list[progress.Part], now: datetime) -> list[dict[str, Any]]:
    """For each part whose systems are at work: how far they are, with records only for whom they may be shown to."""
    shown = any(part.headway for part in parts) and access.sees_found(http, asked, now=now)
    return [
        {
            "part": part,
            "words": progress.headway_words(part, records=shown),
            "left": progress.still_open(part),
            "share": _share(part),
        }
        for part in parts
        if part.headway
    ]


def _share(part: progress.Part) -> int:
    """Finished systems in percent of all, for the bar."""
    return round(100 * part.headway.done / part.headway.total) if part.headway and part.headway.total else 0
