"""What a data category of Fides means in a map of ours: the longest known beginning of its dotted name decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.datamap.model import Category
from exporters.description import Origin
from exporters.identifiers import IdentifierKind as Kind

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Meaning:
    """Category, origin and, where the name says it, the kind of identifier. `question`: what it leaves open."""

    category: Category
    origin: Origin = Origin.PROVIDED
    kind: Kind | None = None
    secret: bool = False
    free_text: bool = False
    question: str = ""


_ART_9 = "special category (Art. 9): is there an exception of Art. 9(2), and is it kept apart?"
_PERSONAL = "is this personal at all? Then say so; else write not_personal with the reason"

CATEGORIES: Mapping[str, Meaning] = {
    "system": Meaning(Category.TECHNICAL, Origin.GENERATED, question=_PERSONAL),
    "user": Meaning(Category.MASTER, question="the category says little: choose one of ours"),
    "user.account": Meaning(Category.MASTER),
    "user.account.username": Meaning(Category.CREDENTIALS, kind=Kind.USERNAME),
    "user.account.settings": Meaning(Category.CONTRACT),
    "user.authorization": Meaning(Category.CREDENTIALS, secret=True),
    "user.authorization.biometric": Meaning(Category.CREDENTIALS, secret=True, question=_ART_9),
    "user.behavior": Meaning(Category.USAGE, Origin.OBSERVED),
    "user.biometric": Meaning(Category.IDENTIFICATION, question=_ART_9),
    "user.childrens": Meaning(Category.MASTER, question="data of a child: who may act for it?"),
    "user.contact": Meaning(Category.MASTER),
    "user.contact.address": Meaning(Category.MASTER, kind=Kind.ADDRESS),
    "user.contact.address.city": Meaning(Category.MASTER),
    "user.contact.address.country": Meaning(Category.MASTER),
    "user.contact.address.postal_code": Meaning(Category.MASTER),
    "user.contact.address.state": Meaning(Category.MASTER),
    "user.contact.email": Meaning(Category.MASTER, kind=Kind.EMAIL),
    "user.contact.organization": Meaning(Category.MASTER, kind=Kind.COMPANY),
    "user.contact.phone_number": Meaning(Category.MASTER, kind=Kind.PHONE),
    "user.content": Meaning(Category.COMMUNICATION, free_text=True, question="may it name other people?"),
    "user.criminal_history": Meaning(Category.SECURITY, question="criminal offences (Art. 10): under whose control?"),
    "user.demographic": Meaning(Category.MASTER),
    "user.demographic.date_of_birth": Meaning(Category.MASTER, kind=Kind.BIRTH_DATE),
    "user.demographic.political_opinion": Meaning(Category.MASTER, question=_ART_9),
    "user.demographic.race_ethnicity": Meaning(Category.MASTER, question=_ART_9),
    "user.demographic.religious_belief": Meaning(Category.MASTER, question=_ART_9),
    "user.demographic.sexual_orientation": Meaning(Category.MASTER, question=_ART_9),
    "user.device": Meaning(Category.DEVICE, Origin.OBSERVED),
    "user.device.ip_address": Meaning(Category.TRAFFIC, Origin.OBSERVED, kind=Kind.IP),
    "user.financial": Meaning(Category.PAYMENT),
    "user.financial.bank_account": Meaning(Category.PAYMENT, kind=Kind.IBAN),
    "user.government_id": Meaning(Category.IDENTIFICATION),
    "user.health_and_medical": Meaning(Category.MASTER, question=_ART_9),
    "user.location": Meaning(Category.LOCATION, Origin.OBSERVED),
    "user.name": Meaning(Category.MASTER, kind=Kind.NAME),
    "user.payment": Meaning(Category.PAYMENT),
    "user.privacy_preferences": Meaning(Category.CONSENT),
    "user.sensor": Meaning(Category.DEVICE, Origin.OBSERVED),
    "user.social": Meaning(Category.MASTER),
    "user.telemetry": Meaning(Category.USAGE, Origin.OBSERVED),
    "user.unique_id": Meaning(Category.IDENTIFICATION, Origin.GENERATED),
    "user.user_sensor": Meaning(Category.DEVICE, Origin.OBSERVED),
    "user.workplace": Meaning(Category.MASTER),
}
"""By the public Fides taxonomy (fideslang 3)."""

IDENTITIES: Mapping[str, Kind] = {
    "email": Kind.EMAIL,
    "phone_number": Kind.PHONE,
    "external_id": Kind.CUSTOMER_NUMBER,
    "customer_id": Kind.CUSTOMER_NUMBER,
    "username": Kind.USERNAME,
}
"""Identities people ask by; others become customer numbers, with a question."""


def meaning_of(category: str) -> Meaning | None:
    """What a category means; None for one whose first word is unknown. Beginnings end at a dot."""
    name = category
    while name:
        if name in CATEGORIES:
            return CATEGORIES[name]
        name = name.rpartition(".")[0]
    return None
