"""L-14, the letter of a portability answer, in its elements: format, content, what is excluded, where the copy went (5.1).

Every sentence is whole and in the active language. P-07, that the contract goes on and nothing is erased, is among the
fixed words of the letter.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr.law.letter_elements import Element
from dsr.law.letters import LetterCode, Outcome
from dsr.output import phrases
from dsr.output.inputs import words
from dsr.output.letters import Stated
from dsr.output.portable_data import SCHEMA, explained
from dsr.wording import portability

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from dsr.law.portability import NoTransmission
    from dsr.output.attached import Attached
    from dsr.output.portable_fields import Excluded
    from dsr.output.survey import Survey


@dataclass(frozen=True, slots=True)
class Receipt:
    """What proves that a package reached another controller. `at` is aware, in the controller's zone; `size` in bytes.

    `sha256` is of the encrypted file as it lies there, `plain_sha256` of the ZIP inside, `host_key` of the server.
    """

    at: datetime
    file_name: str
    size: int
    sha256: str
    plain_sha256: str
    host_key: str


@dataclass(frozen=True, slots=True)
class Handover:
    """Where the copy goes besides to her (P-05). `receiver` is empty where it goes to nobody else, or nobody is known.

    `declined`: asked for and not possible, with the reason (Recital 68). `receipt`: it is there.
    """

    receiver: str = ""
    declined: NoTransmission | None = None
    receipt: Receipt | None = None


TO_HER = Handover()
"""She asked for her data for herself."""


def portability_letter(
    surveys: Sequence[Survey],
    excluded: Sequence[Excluded],
    handover: Handover,
    *,
    language: str,
    schema_url: str,
    files: Sequence[Attached] = (),
    signed: str = "",
    keys_url: str = "",
    remarks: Iterable[str] = (),
) -> Stated:
    """The body of L-14. Call it with `language` active; `signed` is the fingerprint of the key. Anything refused or left out makes it a partial answer, nothing to give a refusal (12(4))."""
    filled = [survey for survey in surveys if survey.rows]
    nothing = not (filled or files)
    partly = bool(excluded or handover.declined or nothing)
    texts: dict[Element, str | tuple[str, ...]] = {
        Element.FORMAT: "\n\n".join(filter(None, (_format(schema_url, filled), _signature(signed, keys_url)))),
        Element.CONTENT_LIST: _contents(filled, files, language),
        Element.EXCLUDED_DATA: left_out(excluded, language),
        Element.TRANSMISSION: transmission(handover),
    }
    if partly:
        texts[Element.REASONS_FACT] = _facts(excluded, handover, not nothing)
        texts[Element.REASONS_LAW] = _law(handover)
    # Nothing to take with her is a refusal all the same, and its first sentence says so (P-09, 12(4)).
    outcome = Outcome.REFUSED if nothing else Outcome.PARTLY if partly else Outcome.GRANTED
    return Stated(LetterCode.PORTABILITY, outcome, texts, paragraph="\n\n".join(remarks))


def restated(letter: Stated, handover: Handover) -> Stated:
    """The same letter after the transmission: where the copy went, or why it did not (5.1 L-14)."""
    texts = dict(letter.texts)
    texts[Element.TRANSMISSION] = transmission(handover)
    if handover.declined is None:
        return replace(letter, texts=texts)
    why = str(portability.NO_TRANSMISSION[handover.declined])
    before = texts.get(Element.REASONS_FACT, "")
    texts[Element.REASONS_FACT] = f"{before} {why}".strip() if isinstance(before, str) else (*before, why)
    texts[Element.REASONS_LAW] = _law(handover)
    outcome = Outcome.PARTLY if letter.outcome is Outcome.GRANTED else letter.outcome
    return replace(letter, outcome=outcome, texts=texts)


def _format(schema_url: str, filled: Sequence[Survey]) -> str:
    if not filled:
        return _("The package holds the list of what we left out as a table (CSV) and this letter.")
    return _(
        "The data are in formats that programs can read: all of them in one JSON file, and each data set as a table "
        "(CSV). The file fields.csv explains every column. The format is called %(schema)s; its description lies in the "
        "package and at %(address)s."
    ) % {"schema": SCHEMA, "address": schema_url}


def _signature(signed: str, keys_url: str) -> str:
    """With which key the package is signed: on paper, where nobody can change it."""
    if not signed:
        return ""
    return _(
        "The package is signed, so that it can be shown that it came from us. The fingerprint of our key is %(key)s; our "
        "keys are published at %(address)s."
    ) % {"key": signed, "address": keys_url}


def _contents(filled: Sequence[Survey], files: Sequence[Attached], language: str) -> str | tuple[str, ...]:
    """One line a data set; P-09 says so when there is none."""
    if not filled and not files:
        return _(
            "Nothing of what we hold about you is covered by Article 20 GDPR. You can still ask for a copy of all data about you (Article 15 GDPR)."
        )
    held = Counter((words(item.store_label, language), words(item.dataset_label, language)) for item in files)
    attached = tuple(
        ngettext("%(system)s, %(data)s: %(n)s file", "%(system)s, %(data)s: %(n)s files", count)
        % {"system": system, "data": data, "n": phrases.number(count)}
        for (system, data), count in held.items()
    )
    return attached + tuple(
        _("%(system)s, %(data)s: %(records)s")
        % {
            "system": words(survey.found.store_label, language),
            "data": words(survey.found.info.label, language),
            "records": phrases.records(survey.rows),
        }
        for survey in filled
    )


def left_out(excluded: Sequence[Excluded], language: str) -> str | tuple[str, ...]:
    """What does not come along and why (P-09): a line for each place and what is missing there, X-06's sentence last."""
    neither = str(phrases.NEITHER_CONFIRM_NOR_DENY)
    if not excluded:
        return _("We left nothing out.") + "\n\n" + neither
    groups: dict[tuple[str, str], list[str]] = {}
    for item in excluded:
        system, data = words(item.store_label, language), words(item.dataset_label, language)
        place = _("%(system)s, %(data)s") % {"system": system, "data": data}
        groups.setdefault((place, explained(item, language)), []).append(_named(item, language))
    # What is left out for two reasons is named once, with both.
    reasons: dict[tuple[str, str], list[str]] = {}
    for (place, why), named in groups.items():
        reasons.setdefault((place, ", ".join(dict.fromkeys(named))), []).append(_sentence(why))
    lines = (
        _("%(place)s: %(what)s. %(reason)s") % {"place": place, "what": what, "reason": " ".join(whys)}
        for (place, what), whys in reasons.items()
    )
    return (*lines, neither)


def _sentence(why: str) -> str:
    """A reason as a sentence of its own: those of data maps are words after a colon."""
    return why[:1].upper() + why[1:] + ("" if why.endswith((".", "!", "?")) else ".")


def _named(item: Excluded, language: str) -> str:
    if item.column:
        return words(item.label, language)
    return ngettext("the whole data set (%(n)s record)", "the whole data set (%(n)s records)", item.rows) % {
        "n": phrases.number(item.rows)
    }


def transmission(handover: Handover) -> str:
    """Where the copy goes or went, whole sentences; after the sending with time and hashes (5.1 L-14)."""
    if handover.declined is not None:
        why = str(portability.NO_TRANSMISSION[handover.declined])
        return _(
            "You asked us to send your data to another provider. We could not do that. %(reason)s You get your data yourself instead and can hand them on."
        ) % {"reason": why}
    if not handover.receiver:
        return _("You get your data yourself, through our portal. We sent them to nobody else.")
    if handover.receipt is None:
        return _(
            "You asked us to send your data to another provider. We send them, encrypted, to %(receiver)s. A further copy of this letter tells you when they arrived."
        ) % {"receiver": handover.receiver}
    receipt = handover.receipt
    sent = _(
        "We sent your data, encrypted, to %(receiver)s on %(day)s at %(time)s. You get the same data yourself as well."
    ) % {
        "receiver": handover.receiver,
        "day": phrases.day(receipt.at.date()),
        "time": f"{receipt.at:%H:%M %Z}",
    }
    proof = _(
        "Proof of delivery: file %(name)s, %(size)s bytes, SHA-256 of the encrypted file %(hash)s, SHA-256 of its content %(plain)s, key of the server %(key)s."
    ) % {
        "name": receipt.file_name,
        "size": phrases.number(receipt.size),
        "hash": receipt.sha256,
        "plain": receipt.plain_sha256,
        "key": receipt.host_key,
    }
    return f"{sent}\n\n{proof}"


def _facts(excluded: Sequence[Excluded], handover: Handover, filled: bool) -> str:
    found = []
    if excluded:
        found.append(_("The list of what we left out names the reason for each entry."))
    if not filled and not excluded:
        found.append(_("We found no data about you in the systems we searched."))
    if handover.declined is not None:
        found.append(str(portability.NO_TRANSMISSION[handover.declined]))
    return " ".join(found)


def _law(handover: Handover) -> str:
    law = _(
        "Article 20(1) GDPR covers data that you gave us or that arose from your use of the service, and that we process "
        "by automated means with your consent or for your contract."
    )
    if handover.declined is None:
        return law
    sending = _(
        "Article 20(2) GDPR obliges us to send data to another provider where that is technically feasible; it does not "
        "oblige anybody to build systems for it."
    )
    return f"{law} {sending}"
