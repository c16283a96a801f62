"""Which of our tables that belong to a case are in its evidence pack, and why the others are not (rules 4.6).

A test walks the models: every one that leads to a case or to its request is in exactly one of the two lists. Whoever adds a
model of a case says here in which table or file of the pack it stands, or why it is to stay out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# Model: the tables of the summary (each a CSV file of this name), or the parts of the pack, in which its rows are told.
IN_THE_PACK: Final[Mapping[str, tuple[str, ...]]] = {
    "AnswerVersion": ("versions",),
    "Artifact": ("answer", "letters"),
    "AuthorityCase": ("authority",),
    "Case": ("section:the_case", "section:clock"),
    "CorrectionSheet": ("section:corrections", "decision.json"),
    "Erasure": ("ledger",),
    "Escalation": ("escalation",),
    "Event": ("history", "chain.json"),
    "EventNote": ("chain.json",),
    "HandLink": ("departments",),
    "HandTask": ("departments",),
    "IdentityCheck": ("checks",),
    "Incident": ("overdue",),
    "KeptLine": ("kept",),
    "Letter": ("letters",),
    "Message": ("messages",),
    "OneTimeCode": ("codes",),
    "OwnerMail": ("departments",),
    "Plan": ("plans", "plan-lines"),
    "RecipientMail": ("recipient-notices",),
    "RecipientNotice": ("recipient-notices",),
    "Recheck": ("rechecks",),
    "RedactionBox": ("redactions",),
    "RedactionItem": ("redactions",),
    "RedactionMark": ("redactions",),
    "Request": ("section:conversation", "section:identity"),
    "Rescan": ("rescans",),
    "Restriction": ("restrictions", "restriction-looks"),
    "Subject": ("keys",),
    "Suppression": ("suppression",),
    "Suspension": ("pauses",),
    "Suspicion": ("held-filing",),
    "Task": ("systems", "carried-out", "searched-again", "work"),
    "Told": ("escalation",),
    "Transmission": ("transmission",),
    "Upload": ("proofs", "enclosures"),
}

# Model: why it stays out. For whoever maintains the program, and told in docs/evidence.md.
EXEMPT: Final[Mapping[str, str]] = {
    "CaseRisk": "a forecast of our own about the workload; what became of the date is in the clock",
    "CaseTag": "how colleagues sort their work; no decision rests on it",
    "Closeness": "says something about a colleague's private life; that it counted is in the chain by its hash",
    "Composing": "words somebody typed and did not send",
    "ErasedIdentifier": "keyed hashes only; the entry they belong to is in the table of the ledger",
    "EvidencePack": "the orders of packs; each order, making and download is an event of the history",
    "HandFile": "a file before it was handed in; its number would tell of what was kept back without a word (X-06)",
    "Hold": "may be an order that nobody may speak of (X-06); its events stand in the chain by their hash",
    "InboundMail": "the raw mail, which names others as well; what she wrote is a message of the request",
    "IndexToken": "keyed hashes by which the request is found; they say nothing to anybody without the key",
    "JournalSecret": "a key that is destroyed with the last step",
    "JournalStep": "how far a worker is in a system without transactions; what came of it is in what was carried out",
    "Presence": "who has the page open now",
    "RequestLink": "is about another request, and may be about somebody else",
    "RestrictedToken": "keyed hashes by which programs ask; the restriction they belong to is in its table",
    "Skip": "a colleague put the case aside in her own list for a moment",
}
