"""`store new`: asks a few questions and adds a commented entry to the store file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml
from django.conf import settings

from dsr.management.output import fail
from dsr.management.store.common import opened
from dsr.management.store.listing import problems
from dsr.models import Controller
from exporters.connect.answers import ADDRESS, NAME, wrong
from exporters.connect.entry import Entry, add_entry
from exporters.connect.offers import Kind, Offer, Question, offers, sign_in
from exporters.registry import ConfigError, SecretError, load_stores, open_store, secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dsr.management.output import DeskCommand
    from exporters.registry import StoreConfig

FIRST: Final = (
    Question("name", "Short name of the store: lower-case letters, digits, - and _", "billing"),
    Question("controller", "Controller (its slug)"),
    Question("system", "System; `store new --list` says which there are and how well each is known"),
    Question("label", "What staff and subscribers call it, in English", "Billing"),
    Question("owner", "Department that answers for it", "Finance"),
    Question(
        "email", "E-mail address of the department, for work no program can do", "finance@example.com", optional=True
    ),
)
_TRIES: Final = 5


def add(verbs: Any) -> None:
    """Answers from a file, as options, or asked for."""
    adding = verbs.add_parser("new", help="ask a few questions and add a commented entry to the store file")
    adding.add_argument("--list", action="store_true", help="the systems there are, and how well each is known")
    adding.add_argument("--file", type=Path, help="the store file (DSR_STORES); one that is not there is begun")
    adding.add_argument(
        "--answers", type=Path, help="a YAML file with answers: name, controller, system, label, owner, email …"
    )
    adding.add_argument("--set", action="append", default=[], metavar="NAME=ANSWER", help="one answer; may be repeated")
    adding.add_argument(
        "--no-input", action="store_true", help="ask nothing: what has no answer is left out or refused"
    )
    adding.add_argument("--check", action="store_true", help="check the connection afterwards")


def run_new(command: DeskCommand, **options: Any) -> None:
    """Ask, write, and say what is left to do. Refusals leave the file as it was."""
    try:
        known = offers()
    except ConfigError as error:
        raise fail(str(error)) from None
    if options["list"]:
        command.rows([_offered(one) for one in known.values()], empty="no system")
        return
    path = options["file"] or (Path(settings.DSR_STORES) if settings.DSR_STORES else None)
    if path is None:
        raise fail("DSR_STORES is not set: name the store file with --file")
    asking = _Asking(command, _given(options), ask=not options["no_input"])
    entry = _entry(asking, known, path)
    if asking.given:
        raise fail(f"not asked for here: {', '.join(sorted(asking.given))}")
    missing: list[str] = []

    def judge(config: StoreConfig) -> None:
        missing.extend(_unset(config, entry))
        _files_there(config, entry)
        if not missing:
            open_store(config)

    try:
        add_entry(path, entry, judge)
        config = load_stores(path)[entry.name]
    except ConfigError as error:
        raise fail(f"nothing was written: {error}") from None
    command.one({"store": entry.name, "file": str(path), "secrets to set": ", ".join(missing) or "none"})
    _next(command, config, missing=missing, check=options["check"] or asking.yes("Check the connection now?", missing))


def _offered(offer: Offer) -> dict[str, str]:
    return {
        "system": offer.name,
        "evidence": str(offer.evidence) if offer.evidence else "by your map",
        "what": offer.title,
        "asks for": " ".join(one.name for one in offer.questions if not one.fixed and not one.optional),
    }


def _given(options: dict[str, Any]) -> dict[str, str]:
    """Answers of `--answers`, then of `--set`. What they hold is never repeated in an error."""
    found: dict[str, str] = {}
    if options["answers"]:
        try:
            read = yaml.safe_load(options["answers"].read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise fail(f"the answers cannot be read ({type(error).__name__})") from None
        if not isinstance(read, dict) or not all(isinstance(one, str | int | float) for one in read.values()):
            raise fail("the answers are a mapping of names to texts; lists are written as a text")
        found = {
            str(name): str(value).lower() if isinstance(value, bool) else str(value) for name, value in read.items()
        }
    for one in options["set"]:
        name, sign, value = one.partition("=")
        if not sign:
            raise fail("--set needs NAME=ANSWER")
        found[name] = value
    return found


def _entry(asking: _Asking, known: Mapping[str, Offer], path: Path) -> Entry:
    slugs = sorted(Controller.objects.values_list("slug", flat=True))
    limits: dict[str, Callable[[str], str]] = {
        "name": lambda text: "" if NAME.fullmatch(text) else "lower-case letters, digits, - and _, up to 40 signs",
        "controller": lambda text: "" if text in slugs or not slugs else f"there are: {', '.join(slugs)}",
        "system": lambda text: "" if text in known else f"there are: {', '.join(known)}",
        "email": lambda text: "" if not text or ADDRESS.fullmatch(text) else "an e-mail address is expected",
    }
    first = {one.name: asking.answer(one, limits.get(one.name), slugs[0] if one.name == "controller" and len(slugs) == 1 else "")
             for one in FIRST}  # fmt: skip
    offer = known[first.pop("system")]
    answers = {one.name: asking.answer(one) for one in offer.questions if not one.fixed}
    more: tuple[Question, ...] = ()
    if offer.name == "rest":
        try:
            more = sign_in(path.resolve().parent / answers["profile"])
        except ConfigError as error:
            raise fail(str(error)) from None
        answers |= {one.name: asking.answer(one) for one in more}
    return Entry(**first, offer=offer, answers={name: value for name, value in answers.items() if value}, more=more)


class _Asking:
    """Answers that were given, and questions for the rest."""

    def __init__(self, command: DeskCommand, given: dict[str, str], *, ask: bool) -> None:
        self.command, self.given, self.ask = command, given, ask

    def answer(self, question: Question, limit: Callable[[str], str] | None = None, standard: str = "") -> str:
        """The answer to one question, looked at; asked again when it is wrong, refused when it was given."""

        def fault(text: str) -> str:
            return wrong(question, text) or (limit(text) if limit else "")

        if question.name in self.given or not self.ask:
            text = self.given.pop(question.name, standard).strip()
            if says := fault(text):
                raise fail(f"{question.name}: {says}")
            return text
        hint = f" [{standard}]" if standard else f" (like {question.like})" if question.like else ""
        leave = "; Enter leaves it out" if question.optional else ""
        for _ in range(_TRIES):
            text = self._line(f"{question.ask}{hint}{leave}: ") or standard
            if not (says := fault(text)):
                return text
            self.command.stderr.write(says)
        raise fail(f"{question.name}: no usable answer")

    def yes(self, words: str, missing: list[str]) -> bool:
        """Whether the person at the keyboard says yes; not asked where nobody is, or secrets are missing."""
        return self.ask and not missing and sys.stdin.isatty() and self._line(f"{words} (y or n): ") == "y"

    def _line(self, words: str) -> str:
        self.command.stderr.write(words, ending="")
        self.command.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise fail("the answers ended; nothing was written")
        return line.strip()


def _unset(config: StoreConfig, entry: Entry) -> list[str]:
    """The references of the entry that lead nowhere yet."""
    missing = []
    for question in (*entry.offer.questions, *entry.more):
        text = entry.answers.get(question.name, "")
        if question.kind in {Kind.REFERENCE, Kind.DSN, Kind.URL} and text.startswith(("env:", "file:")):
            try:
                secret(text, folder=config.folder)
            except SecretError:
                missing.append(text)
    return missing


def _files_there(config: StoreConfig, entry: Entry) -> None:
    """A map or profile that is not there yet would stop everything that reads the file. Raises ConfigError."""
    for question in entry.offer.questions:
        name = entry.answers.get(question.name, "")
        if question.kind is Kind.FILE and not (config.folder / name).is_file():
            raise config.options[question.name].error(f"there is no file {name!r} beside the store file")


def _next(command: DeskCommand, config: StoreConfig, *, missing: list[str], check: bool) -> None:
    """Say what comes next; with `check`, ask the store."""
    if command.as_json and not check:
        return
    if missing:
        command.stdout.write(f"set them where web, worker and tick run, then: manage.py store check {config.name}")
        return
    if not check:
        command.stdout.write(f"next: manage.py store check {config.name}")
        return
    rows = problems(config.name, opened(config))
    command.rows(rows, empty="map and schema agree")
    if any(row["severity"] == "error" for row in rows):
        sys.exit(1)
