"""A loaded data map: frozen, checked, ready to walk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporters.datamap.composite import each_of
from exporters.datamap.rights import Rights
from exporters.datamap.vocabulary import (
    CHANGING_ERASE,
    FIELD_ERASE,
    ROW_ERASE,
    STAYING_ERASE,
    VALUE_LINKS,
    Category,
    Coarse,
    Encoding,
    Erase,
    Evidence,
    LinkType,
    Nesting,
)
from exporters.datamap.withhold import Withhold
from exporters.description import Disclosure, Origin, Retention, Shown, Text, Whose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporters.datamap.rights import Correct, Follows
    from exporters.identifiers import IdentifierKind

__all__ = [
    "CHANGING_ERASE",
    "FIELD_ERASE",
    "IGNORED",
    "ROW_ERASE",
    "STAYING_ERASE",
    "SUBJECT",
    "VALUE_LINKS",
    "Category",
    "Coarse",
    "Condition",
    "DataMap",
    "Dataset",
    "Encoding",
    "Erase",
    "Field",
    "IdentifierUse",
    "IgnoredTable",
    "Link",
    "LinkType",
    "Nesting",
    "Reference",
    "SubjectKey",
    "Terms",
    "Withhold",
]

IGNORED = ("not_personal", "by_hand", "undisclosed")
"""Sections of a map that name tables outside it."""
SUBJECT = "subject"
"""Links may reference `subject.<key>`: the value that names a person in this store."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A column has one of these values; `None` is SQL's NULL. `negated`: has none of them."""

    column: str
    values: tuple[str | None, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """The other end of a link: `client.email`, `subject.account`, or several columns of one dataset as one (composite.py)."""

    dataset: str
    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The column, or each of them where several name a row together."""
        return each_of(self.column)

    def __str__(self) -> str:
        return f"{self.dataset}.{self.column}"


@dataclass(frozen=True, slots=True)
class Link:
    """What makes a row hers.

    `any_case`: case does not matter, unless the other spelling is an account of its own. `texts`: the sentences of a
    template link, `{}` standing for the value and `{#}` for any number. `path`: where a JSON link looks. `column` stands
    for several where these name the other end together only (composite.py).
    """

    type: LinkType
    column: str
    references: Reference
    any_case: bool = False
    when: tuple[Condition, ...] = ()
    texts: tuple[str, ...] = ()
    path: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How plans, learned identifiers and messages call this link."""
        return f"{self.type}:{self.column}={self.references}"

    @property
    def columns(self) -> tuple[str, ...]:
        """The column, or each of them where several name the other end together."""
        return each_of(self.column)


@dataclass(frozen=True, slots=True)
class IdentifierUse:
    """A field holds an identifier: of which kind, whether it finds persons and teaches values.

    `accepts`: kinds whose values this field may also hold (RADIUS user names that are e-mail addresses).
    `store_bound`: the numbering means something in this store only. `prefix`: the column holding a number's country code.
    """

    kind: IdentifierKind
    accepts: tuple[IdentifierKind, ...] = ()
    finds: bool = True
    teaches: bool = True
    store_bound: bool = False
    prefix: str = ""

    @property
    def kinds(self) -> tuple[IdentifierKind, ...]:
        """Every kind the field may hold, its own first."""
        return (self.kind, *self.accepts)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the law wants said about a field; inherited from map to dataset to field."""

    category: Category
    purpose: Text
    legal_basis: str
    recipients: tuple[Text, ...]
    source: Text
    retention: Retention
    origin: Origin
    whose: Whose
    erase: Erase
    constant: str = ""
    """The word a `constant` writes, where the map names one."""
    coarse: Coarse | None = None
    """How coarse `generalise` makes the value, where the map says so."""


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column that holds a document: the columns of the same row with its name, its media type and its date."""

    name: str
    media_type: str = ""
    date: str = ""

    def columns(self) -> tuple[str, ...]:
        """Those that are named."""
        return tuple(column for column in (self.name, self.media_type, self.date) if column)


@dataclass(frozen=True, slots=True)
class Field:
    """One column (or one path inside a JSON or PHP column).

    `secret`: a password or key, never disclosed, never kept, erased before everything else. `quasi`: says little about
    a person by itself and counts where a generalised rest is checked for k (rules 6.2). `values`: the words for its codes.
    """

    name: str
    label: Text
    terms: Terms
    disclosure: Disclosure = Disclosure.EXPORTED
    reason: Text = field(default_factory=dict)
    why_not_personal: str = ""
    identifier: IdentifierUse | None = None
    free_text: bool = False
    optional: bool = False
    hint: bool = False
    withhold: Withhold | None = None
    parts: tuple[Field, ...] = ()
    correct: Correct | None = None
    follows: Follows | None = None
    nesting: Nesting = Nesting.JSON
    encoded: Encoding | None = None
    secret: bool = False
    quasi: bool = False
    file: FileColumn | None = None
    values: Mapping[str, Text] = field(default_factory=dict)
    shown: Shown | None = None

    @property
    def collected(self) -> bool:
        """Whether `collect` hands this column out at all."""
        return self.disclosure in {Disclosure.EXPORTED, Disclosure.PARTLY}


@dataclass(frozen=True, slots=True)
class Dataset:
    """One table with personal data.

    `shared`: a row may belong to several people (the address of a household). `erase_first`: before everything else.
    `wait_while`: rows that cannot be erased yet (a session that is still open would come back). `growing`: the system
    adds rows all day, so a plan binds the rule and not the rows. `document_date`: the column from which the law counts,
    here or in a dataset a link leads to; of several the first that is filled. `soft_delete`: how the system marks rows
    it calls deleted and keeps: they are still hers, so they are found, collected and erased like all others.
    """

    name: str
    table: str
    label: Text
    terms: Terms
    key: tuple[str, ...]
    links: tuple[Link, ...]
    fields: Mapping[str, Field]
    where: tuple[Condition, ...] = ()
    optional: bool = False
    shared: bool = False
    erase_first: bool = False
    wait_while: tuple[Condition, ...] = ()
    growing: bool = False
    document_date: tuple[Reference, ...] = ()
    rights: Rights = field(default_factory=Rights)
    soft_delete: tuple[Condition, ...] = ()

    def subject_links(self) -> Iterator[Link]:
        """Links that name the person directly."""
        return (link for link in self.links if link.references.dataset == SUBJECT)


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """What a person is in this store: `only_without` keys count only when the other key found nobody."""

    name: str
    kind: IdentifierKind
    only_without: str = ""


@dataclass(frozen=True, slots=True)
class IgnoredTable:
    """A table outside the map, its columns (so that a new one is noticed) and why.

    `personal`: it holds personal data this map cannot reach (of staff, of business partners, in sealed sessions), so a
    person has to look there. `undisclosed`: the law forbids to say that it exists (rule X-06); it is neither read nor
    searched nor counted nor named by anything.
    """

    table: str
    columns: tuple[str, ...]
    reason: str
    personal: bool = False
    undisclosed: bool = False


@dataclass(frozen=True, slots=True)
class DataMap:
    """A store's whole map.

    `evidence`: what the map rests on, in a sentence; `evidence_level`: in a word, None where it does not say.

    `named`: by section (purposes, recipients, sources, retention classes), the short names a record of processing must
    know.
    """

    name: str
    version: int
    title: Text
    evidence: str
    languages: tuple[str, ...]
    subjects: Mapping[str, SubjectKey]
    datasets: Mapping[str, Dataset]
    ignored: Mapping[str, IgnoredTable]
    not_used_for: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    evidence_level: Evidence | None = None

    def undisclosed(self, table: str) -> bool:
        """Whether nothing may read, search or name a table of this name (rule X-06)."""
        return any(one.undisclosed and one.table.lower() == table.lower() for one in self.ignored.values())

    def field_at(self, reference: Reference) -> Field | None:
        """The field a link references, unless it references a person key."""
        dataset = self.datasets.get(reference.dataset)
        return dataset.fields.get(reference.column) if dataset else None

    def defines(self, dataset: Dataset, link: Link) -> bool:
        """Whether rows of `dataset` are accounts of their own right: they name the person exactly as she is named."""
        return (
            link in dataset.links
            and link.references.dataset == SUBJECT
            and link.type in {LinkType.SAME_VALUE, LinkType.FOREIGN_KEY}
            and not link.any_case
        )
