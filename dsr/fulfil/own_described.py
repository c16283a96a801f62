"""What the request office keeps, described like any other store (rules A-04 to A-11): data sets, fields, why, for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _

from dsr import wording
from dsr.law.letters import LetterCode
from dsr.law.rights import Right
from dsr.law.workflow import State
from dsr.models import Artifact, Channel, Letter, OneTimeCode
from dsr.output import phrases
from dsr.wording.events import EVENTS
from dsr.wording.mails import KINDS
from exporters.contract import DatasetInfo, Disclosure, FieldInfo, Origin, Retention, Shown, Text, Whose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OWN = "request.office"
"""The name of our own database among the stores; a configured store cannot be called so (no name has a dot)."""


def label(language: str) -> Text:
    """What the reader calls it."""
    with translation.override(language):
        return {language: _("Our office for privacy requests")}


def described(language: str) -> Mapping[str, DatasetInfo]:
    """Every data set by name, in the order of the report and in the words of `language`."""
    with translation.override(language):
        made = _Describing(language)
        return {info.name: info for info in made.datasets()}


class _Describing:
    """Descriptions in one language, which is the active one while this lives."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._file = Retention(
            "case_file",
            self._text(_("three years from the end of the year in which your request was closed, then deleted")),
        )
        self._account = Retention(
            "account", self._text(_("as long as you have the account; entries about requests stay with the request"))
        )
        self._answer = Retention(
            "package",
            self._text(_("files of an answer 30 days after they were handed out; what they were, with the request")),
        )

    def _text(self, words: str) -> Text:
        return {self._language: words}

    def _field(self, name: str, label: str, **changes: Any) -> tuple[str, str, dict[str, Any]]:
        return name, label, changes

    def _words(self, codes: Iterable[tuple[str, object]]) -> Mapping[str, Text]:
        return {code: self._text(str(words)) for code, words in codes}

    def _dataset(
        self,
        name: str,
        label: str,
        fields: Iterable[tuple[str, str, dict[str, Any]]],
        *,
        retention: Retention,
        category: str = "communication",
        purpose: str = "",
        origin: Origin = Origin.GENERATED,
    ) -> DatasetInfo:
        terms: dict[str, Any] = {
            "category": category,
            "purpose": self._text(purpose or _("To answer your requests and to be able to prove how we answered them")),
            "legal_basis": "6(1)(c)",
            "recipients": (),
            "source": self._text(_("you") if origin is Origin.PROVIDED else _("our office for privacy requests")),
            "retention": retention,
            "origin": origin,
        }
        described = tuple(
            FieldInfo(**({"name": field, "label": self._text(words)} | terms | changes))
            for field, words, changes in fields
        )
        return DatasetInfo(name=name, label=self._text(label), fields=described, **terms)

    def _you(self) -> dict[str, Any]:
        return {"origin": Origin.PROVIDED, "source": self._text(_("you"))}

    def _reference(self) -> tuple[str, str, dict[str, Any]]:
        return self._field("reference", _("Case number"))

    def datasets(self) -> tuple[DatasetInfo, ...]:
        return (
            self._accounts(),
            self._links(),
            self._requests(),
            self._cases(),
            self._history(),
            self._messages(),
            self._letters(),
            self._files(),
            self._codes(),
        )

    def _accounts(self) -> DatasetInfo:
        secret = self._text(_("a password, kept only as a hash: disclosing it would endanger your account"))
        never = {"category": "credentials", "disclosure": Disclosure.NEVER, "reason": secret}
        return self._dataset(
            "account",
            _("Your account for privacy requests"),
            (
                self._field("email", _("E-mail address"), **self._you()),
                self._field("name", _("Name"), **self._you()),
                self._field("language", _("Language"), **self._you()),
                self._field("confirmed", _("E-mail address confirmed"), shown=Shown.YES_NO),
                self._field("created_at", _("Made on")),
                self._field("last_sign_in", _("Last sign-in"), category="security"),
                self._field("active", _("Can be used"), shown=Shown.YES_NO),
                self._field("password", _("Password"), **never),
            ),
            retention=self._account,
            category="master",
            purpose=_("To let you follow your requests and fetch the answers"),
            origin=Origin.PROVIDED,
        )

    def _links(self) -> DatasetInfo:
        ways = (("code", _("code to the contact on file")), ("handover", _("handed over by our customer portal")))
        return self._dataset(
            "account_links",
            _("Customer numbers linked to your account"),
            (
                self._field("store", _("System")),
                self._field("customer_number", _("Customer number"), **self._you()),
                self._field("contact", _("Contact on file that proved it")),
                self._field("method", _("Proved by"), values=self._words((*ways, ("oidc", _("sign-in with us"))))),
                self._field("proven_at", _("Proved on")),
                self._field("revoked_at", _("Ended on")),
            ),
            retention=self._account,
            category="identification",
            purpose=_("To be sure that we show your data to nobody else"),
        )

    def _requests(self) -> DatasetInfo:
        channels = self._words((code, phrases.CHANNELS[code]) for code in Channel.values)
        return self._dataset(
            "requests",
            _("Your requests"),
            (
                self._reference(),
                self._field("received_at", _("Received on"), origin=Origin.OBSERVED),
                self._field("channel", _("Received"), values=channels, origin=Origin.OBSERVED),
                self._field("language", _("Language")),
                self._field("name", _("Name")),
                self._field("words", _("What you wrote"), free_text=True),
                self._field("contact_email", _("E-mail address for the answer")),
                self._field("contact_post", _("Postal address for the answer")),
                self._field("identifiers", _("What you gave us to find you")),
                self._field("scope", _("What you chose in the form")),
            ),
            retention=self._file,
            origin=Origin.PROVIDED,
        )

    def _cases(self) -> DatasetInfo:
        rights = self._words((one.value, wording.right_plain(one)) for one in Right)
        states = self._words((one.value, wording.subject_state(one).headline) for one in State)
        return self._dataset(
            "cases",
            _("What became of your requests"),
            (
                self._reference(),
                self._field("right", _("Right"), values=rights),
                self._field("state", _("Where it stands"), values=states),
                self._field("received_on", _("Received on")),
                self._field("identified_at", _("Identity confirmed on"), category="identification"),
                self._field("closed_at", _("Closed on")),
            ),
            retention=self._file,
        )

    def _history(self) -> DatasetInfo:
        who = (("subject", _("you")), ("staff", _("our staff")), ("system", _("our program")))
        happened = self._words((code, words) for code, words in EVENTS.items())
        others = self._text(_("a note in which other people may be named, to tell you from them"))
        return self._dataset(
            "history",
            _("What happened with your requests"),
            (
                self._reference(),
                self._field("right", _("Right"), values=self._words((r.value, wording.right_plain(r)) for r in Right)),
                self._field("at", _("When")),
                self._field("event", _("What happened"), values=happened),
                self._field("by", _("Done by"), values=self._words(who)),
                self._field(
                    "note",
                    _("Note of our office"),
                    free_text=True,
                    disclosure=Disclosure.PARTLY,
                    reason=others,
                    whose=Whose.SUBJECT,
                ),
            ),
            retention=self._file,
            category="security",
        )

    def _messages(self) -> DatasetInfo:
        return self._dataset(
            "messages",
            _("Messages about your requests"),
            (
                self._reference(),
                self._field("at", _("When")),
                self._field("sender", _("From"), values=self._words((("you", _("you")), ("us", _("us"))))),
                self._field("kind", _("Kind"), values=self._words((*KINDS.items(), ("message", _("Message"))))),
                self._field("to", _("Sent to")),
                self._field("subject", _("Subject")),
                self._field("text", _("Text"), free_text=True),
            ),
            retention=self._file,
        )

    def _letters(self) -> DatasetInfo:
        ways = (
            (Letter.Channel.PORTAL.value, _("in the portal")),
            (Letter.Channel.MAIL.value, _("in the portal, announced by e-mail")),
            (Letter.Channel.POST.value, _("by post")),
        )
        return self._dataset(
            "letters",
            _("Letters to you"),
            (
                self._reference(),
                self._field(
                    "letter", _("Letter"), values=self._words((c.value, wording.letter(c)) for c in LetterCode)
                ),
                self._field("sent_at", _("Sent on")),
                self._field("channel", _("Sent"), values=self._words(ways)),
                self._field("text", _("Text"), free_text=True),
            ),
            retention=self._file,
        )

    def _files(self) -> DatasetInfo:
        kinds = (
            (Artifact.Kind.PACKAGE.value, _("answer with all its files")),
            (Artifact.Kind.LETTER.value, _("letter")),
            (Artifact.Kind.REPORT.value, _("report")),
            (Artifact.Kind.CERTIFICATE.value, _("certificate")),
            (Artifact.Kind.OUTGOING.value, _("copy for another provider")),
        )
        return self._dataset(
            "files",
            _("Files we made for you"),
            (
                self._reference(),
                self._field("kind", _("Kind"), values=self._words(kinds)),
                self._field("created_at", _("Made on")),
                self._field("released_at", _("Handed out on")),
                self._field("expires_at", _("Available until")),
                self._field("bytes", _("Size"), shown=Shown.BYTES),
                self._field("sha256", _("Checksum (SHA-256)")),
            ),
            retention=self._answer,
        )

    def _codes(self) -> DatasetInfo:
        purposes = (
            (OneTimeCode.Purpose.LINK.value, _("to link a customer number to your account")),
            (OneTimeCode.Purpose.IDENTITY.value, _("to show who you are")),
            (OneTimeCode.Purpose.FOLLOW.value, _("to follow a request")),
            (OneTimeCode.Purpose.DOWNLOAD.value, _("to open an answer")),
            (OneTimeCode.Purpose.POST.value, _("to open an answer, sent by post")),
        )
        secret = self._text(_("a code that opens your data: disclosing it would endanger them"))
        never = {"category": "credentials", "disclosure": Disclosure.NEVER, "reason": secret}
        return self._dataset(
            "identity_checks",
            _("Codes by which you showed who you are"),
            (
                self._field("created_at", _("Asked for on")),
                self._field("purpose", _("What for"), values=self._words(purposes)),
                self._field("sent_at", _("Sent on")),
                self._field("used_at", _("Entered on")),
                self._field("code", _("Code"), **never),
            ),
            retention=self._file,
            category="identification",
            purpose=_("To be sure that we show your data to nobody else"),
        )
