"""The words of a mail as they go on to a request: the subject's own as a message, those of anybody else as a note for staff (X-04)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsr.cases.messages import contact_of
from dsr.models import InboundMail

if TYPE_CHECKING:
    from dsr.models import Request


def words_of(mail: InboundMail) -> str:
    """Subject and text, as the person's words."""
    content = mail.content()
    parts = (content.get("subject", ""), content.get("text", ""))
    return "\n\n".join(part for part in parts if part) or "–"


def hers(mail: InboundMail, request: Request) -> bool:
    """Whether the mail is from the contact of the request, and its domain does not disown it."""
    content = mail.content()
    contact = contact_of(request).strip().lower()
    return bool(contact) and content.get("address") == contact and not content.get("disowned")


def as_note(mail: InboundMail) -> str:
    """The mail as staff reads it in the history: who wrote, the words, the names of files, which stay in the mail as it came."""
    content = mail.content()
    head = [f"From: {content.get('name', '')} <{content.get('address', '')}>"]
    head += [f"Attachment: {one['name']}" for one in content.get("files", [])]
    return "\n".join(head) + "\n\n" + words_of(mail)


def noted(mail: InboundMail) -> bool:
    """Whether the mail is a note on a request: its words are in the history, its files nowhere but in the mail as it came."""
    return mail.kind == InboundMail.Kind.MESSAGE and mail.message_id is None


def state_of(content: dict[str, Any], number: int) -> str:
    """What became of an attachment: `kept`, the code of a refusal, or empty while it waits."""
    return str(content.get("done", {}).get(str(number), ""))
