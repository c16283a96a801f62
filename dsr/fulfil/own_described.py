"""What the request office keeps, described like any other store (rules A-04 to A-11): data sets, fields, why, for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from dsr import wording
from dsr.fulfil.own_terms import Describing
from dsr.law.letters import LetterCode
from dsr.law.rights import Right
from dsr.law.workflow import State
from dsr.models import Artifact, Channel, IdentityCheck, Letter, OneTimeCode, Upload
from dsr.output import phrases
from dsr.wording import uploads
from dsr.wording.events import EVENTS
from dsr.wording.mails import KINDS
from exporters.contract import DatasetInfo, Disclosure, Origin, Shown, Text, Whose

if TYPE_CHECKING:
    from collections.abc import Mapping

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


class _Describing(Describing):
    """The data sets themselves, in the language that is active while this lives."""

    def datasets(self) -> tuple[DatasetInfo, ...]:
        return (
            self._accounts(),
            self._links(),
            self._sign_in(),
            self._requests(),
            self._cases(),
            self._history(),
            self._messages(),
            self._letters(),
            self._files(),
            self._uploads(),
            self._codes(),
        )

    def _accounts(self) -> DatasetInfo:
        secret = self.text(_("a password, kept only as a hash: disclosing it would endanger your account"))
        never = {"category": "credentials", "disclosure": Disclosure.NEVER, "reason": secret}
        return self.dataset(
            "account",
            _("Your account for privacy requests"),
            (
                self.field("email", _("E-mail address"), **self.you()),
                self.field("name", _("Name"), **self.you()),
                self.field("language", _("Language"), **self.you()),
                self.field("confirmed", _("E-mail address confirmed"), shown=Shown.YES_NO),
                self.field("created_at", _("Made on")),
                self.field("last_sign_in", _("Last sign-in"), category="security"),
                self.field("active", _("Can be used"), shown=Shown.YES_NO),
                self.field("password", _("Password"), **never),
            ),
            retention=self.account_kept,
            category="master",
            purpose=_("To let you follow your requests and fetch the answers"),
            origin=Origin.PROVIDED,
        )

    def _links(self) -> DatasetInfo:
        ways = (("code", _("code to the contact on file")), ("handover", _("handed over by our customer portal")))
        return self.dataset(
            "account_links",
            _("Customer numbers linked to your account"),
            (
                self.field("store", _("System")),
                self.field("customer_number", _("Customer number"), **self.you()),
                self.field("contact", _("Contact on file that proved it")),
                self.field("method", _("Proved by"), values=self.words((*ways, ("oidc", _("sign-in with us"))))),
                self.field("proven_at", _("Proved on")),
                self.field("revoked_at", _("Ended on")),
            ),
            retention=self.account_kept,
            category="identification",
            purpose=_("To be sure that we show your data to nobody else"),
        )

    def _sign_in(self) -> DatasetInfo:
        kinds = (
            ("totp", _("authenticator app")),
            ("webauthn", _("passkey")),
            ("recovery_codes", _("recovery codes")),
            ("oidc", _("sign-in with our customer portal")),
            ("handover", _("handed over by our customer portal")),
        )
        secret = self.text(_("what opens your account: disclosing it would endanger your account"))
        never = {"category": "credentials", "disclosure": Disclosure.NEVER, "reason": secret}
        return self.dataset(
            "account_sign_in",
            _("Ways to sign in to your account"),
            (
                self.field("kind", _("Way"), values=self.words(kinds)),
                self.field("name", _("Name you gave it"), **self.you()),
                self.field("known_as", _("What our customer portal calls you")),
                self.field("added_at", _("Added on")),
                self.field("last_used_at", _("Last used on"), category="security"),
                self.field("secret", _("Secret"), **never),
            ),
            retention=self.account_kept,
            category="security",
            purpose=_("So that nobody else opens your account"),
        )

    def _requests(self) -> DatasetInfo:
        channels = self.words((code, phrases.CHANNELS[code]) for code in Channel.values)
        return self.dataset(
            "requests",
            _("Your requests"),
            (
                self.reference(),
                self.field("received_at", _("Received on"), origin=Origin.OBSERVED),
                self.field("channel", _("Received"), values=channels, origin=Origin.OBSERVED),
                self.field("language", _("Language")),
                self.field("name", _("Name")),
                self.field("words", _("What you wrote"), free_text=True),
                self.field("contact_email", _("E-mail address for the answer")),
                self.field("contact_post", _("Postal address for the answer")),
                self.field("identifiers", _("What you gave us to find you")),
                self.field("scope", _("What you chose in the form")),
            ),
            retention=self.file_kept,
            origin=Origin.PROVIDED,
        )

    def _cases(self) -> DatasetInfo:
        rights = self.words((one.value, wording.right_plain(one)) for one in Right)
        states = self.words((one.value, wording.subject_state(one).headline) for one in State)
        return self.dataset(
            "cases",
            _("What became of your requests"),
            (
                self.reference(),
                self.field("right", _("Right"), values=rights),
                self.field("state", _("Where it stands"), values=states),
                self.field("received_on", _("Received on")),
                self.field("identified_at", _("Identity confirmed on"), category="identification"),
                self.field("closed_at", _("Closed on")),
            ),
            retention=self.file_kept,
        )

    def _history(self) -> DatasetInfo:
        who = (("subject", _("you")), ("staff", _("our staff")), ("system", _("our program")))
        happened = self.words((code, words) for code, words in EVENTS.items())
        others = self.text(_("a note in which other people may be named, to tell you from them"))
        return self.dataset(
            "history",
            _("What happened with your requests"),
            (
                self.reference(),
                self.field("right", _("Right"), values=self.words((r.value, wording.right_plain(r)) for r in Right)),
                self.field("at", _("When")),
                self.field("event", _("What happened"), values=happened),
                self.field("by", _("Done by"), values=self.words(who)),
                self.field(
                    "note",
                    _("Note of our office"),
                    free_text=True,
                    disclosure=Disclosure.PARTLY,
                    reason=others,
                    whose=Whose.SUBJECT,
                ),
            ),
            retention=self.file_kept,
            category="security",
        )

    def _messages(self) -> DatasetInfo:
        return self.dataset(
            "messages",
            _("Messages about your requests"),
            (
                self.reference(),
                self.field("at", _("When")),
                self.field("sender", _("From"), values=self.words((("you", _("you")), ("us", _("us"))))),
                self.field("kind", _("Kind"), values=self.words((*KINDS.items(), ("message", _("Message"))))),
                self.field("to", _("Sent to")),
                self.field("subject", _("Subject")),
                self.field("text", _("Text"), free_text=True),
            ),
            retention=self.file_kept,
        )

    def _letters(self) -> DatasetInfo:
        ways = (
            (Letter.Channel.PORTAL.value, _("in the portal")),
            (Letter.Channel.MAIL.value, _("in the portal, announced by e-mail")),
            (Letter.Channel.POST.value, _("by post")),
        )
        return self.dataset(
            "letters",
            _("Letters to you"),
            (
                self.reference(),
                self.field("letter", _("Letter"), values=self.words((c.value, wording.letter(c)) for c in LetterCode)),
                self.field("sent_at", _("Sent on")),
                self.field("channel", _("Sent"), values=self.words(ways)),
                self.field("text", _("Text"), free_text=True),
            ),
            retention=self.file_kept,
        )

    def _files(self) -> DatasetInfo:
        kinds = (
            (Artifact.Kind.PACKAGE.value, _("answer with all its files")),
            (Artifact.Kind.LETTER.value, _("letter")),
            (Artifact.Kind.REPORT.value, _("report")),
            (Artifact.Kind.CERTIFICATE.value, _("certificate")),
            (Artifact.Kind.OUTGOING.value, _("copy for another provider")),
        )
        return self.dataset(
            "files",
            _("Files we made for you"),
            (
                self.reference(),
                self.field("kind", _("Kind"), values=self.words(kinds)),
                self.field("created_at", _("Made on")),
                self.field("released_at", _("Handed out on")),
                self.field("expires_at", _("Available until")),
                self.field("bytes", _("Size"), shown=Shown.BYTES),
                self.field("sha256", _("Checksum (SHA-256)")),
            ),
            retention=self.answer_kept,
        )

    def _uploads(self) -> DatasetInfo:
        purposes = self.words(
            (code, uploads.purpose(code)) for code in Upload.Purpose.values if code != Upload.Purpose.MATTER
        )
        return self.dataset(
            "sent_files",
            _("Files you sent us, and files we gave you"),
            (
                self.reference(),
                self.field("name", _("Name of the file"), **self.you()),
                self.field("purpose", _("What for"), values=purposes),
                self.field("received_at", _("Received on"), origin=Origin.OBSERVED),
                self.field("bytes", _("Size"), shown=Shown.BYTES),
                self.field("seen_at", _("Looked at and deleted on")),
                self.field("deleted_at", _("Deleted on")),
            ),
            retention=self.file_kept,
        )

    def _codes(self) -> DatasetInfo:
        purposes = (
            (OneTimeCode.Purpose.LINK.value, _("to link a customer number to your account")),
            (OneTimeCode.Purpose.IDENTITY.value, _("to show who you are")),
            (OneTimeCode.Purpose.FOLLOW.value, _("to follow a request")),
            (OneTimeCode.Purpose.DOWNLOAD.value, _("to open an answer")),
            (OneTimeCode.Purpose.POST.value, _("to open an answer, sent by post")),
            (OneTimeCode.Purpose.PROVE.value, _("to show who you are, sent by post")),
            (IdentityCheck.Kind.CALLBACK.value, _("a call you asked for")),
            (IdentityCheck.Kind.COMPARE.value, _("an electronic identity that was compared")),
        )
        secret = self.text(_("a code that opens your data: disclosing it would endanger them"))
        never = {"category": "credentials", "disclosure": Disclosure.NEVER, "reason": secret}
        return self.dataset(
            "identity_checks",
            _("Codes by which you showed who you are"),
            (
                self.field("created_at", _("Asked for on")),
                self.field("purpose", _("What for"), values=self.words(purposes)),
                self.field("sent_at", _("Sent on")),
                self.field("used_at", _("Entered on")),
                self.field("code", _("Code"), **never),
            ),
            retention=self.file_kept,
            category="identification",
            purpose=_("To be sure that we show your data to nobody else"),
        )
