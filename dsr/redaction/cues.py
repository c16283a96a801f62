"""Words that announce another person, a customer number or a secret, in the languages of the product.

Precise rather than clever: a capitalised word after "Herr" is a name, a capitalised word alone may be anything. What no
cue announces is found by whoever reads the text, and that every text is read is a rule of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dsr.law.redaction import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

_OTHERS: Final = (
    # en, de, fr, es, it, nl, pl, pt, el
    "mr mrs ms miss dr neighbour neighbor colleague landlord landlady tenant friend "
    "herr herrn frau nachbar nachbarn nachbarin vermieter vermieterin mieter mieterin kollege kollegin freund freundin "
    "monsieur madame mme mlle voisin voisine propriétaire locataire collègue "
    "señor señora sr sra vecino vecina inquilino inquilina compañero compañera casero casera "
    "signor signora signore sig vicino vicina inquilina inquilino collega "
    "meneer mevrouw dhr mevr buurman buurvrouw huurder verhuurder "
    "pan pani pana panem panią sąsiad sąsiadka sąsiada sąsiadki sąsiadem sąsiadką "
    "senhor senhora vizinho vizinha inquilino colega "
    "κύριος κύριο κυρία γείτονας γείτονα γειτόνισσα"
)
_HOUSEHOLD: Final = (
    "husband wife son daughter brother sister mother father partner flatmate roommate "
    "ehemann ehefrau mann sohn tochter bruder schwester mutter vater mitbewohner mitbewohnerin lebensgefährte "
    "lebensgefährtin "
    "mari épouse époux fils fille frère sœur soeur mère père colocataire conjoint conjointe "
    "marido esposa esposo mujer hijo hija hermano hermana madre padre pareja "
    "marito moglie figlio figlia fratello sorella coinquilino coinquilina convivente "
    "echtgenoot echtgenote zoon dochter broer zus moeder vader huisgenoot partner "
    "mąż męża mężem żona żony żoną syn syna synem córka córki córką brat brata bratem siostra siostry siostrą matka "
    "matki ojciec ojca "
    "filho filha irmão irmã mãe pai companheiro companheira "
    "σύζυγος σύζυγό γιος γιο κόρη αδελφός αδελφό αδελφή μητέρα πατέρας πατέρα"
)
PERSONS: Final[Mapping[str, Reason]] = {
    **dict.fromkeys(_OTHERS.casefold().split(), Reason.OTHER_PERSON),
    **dict.fromkeys(_HOUSEHOLD.casefold().split(), Reason.HOUSEHOLD_MEMBER),
}
"""A word in lower case, without its full stop -> why the name after it is taken out."""

# Between a cue and the name: "my neighbour, Mr Tom Byrne", "seine Frau heißt Anna Lang".
BETWEEN: Final = frozenset(
    [
        "named",
        "called",
        "heißt",
        "namens",
        "appelé",
        "appelée",
        "nommé",
        "nommée",
        "llamado",
        "llamada",
        "chiamato",
        "chiamata",
        "genaamd",
        "o",
        "imieniu",
        "chamado",
        "chamada",
    ]
)
# Capitalised words that follow a cue and are no name.
NO_NAMES: Final = frozenset(
    [
        "i",
        "we",
        "you",
        "he",
        "she",
        "they",
        "customer",
        "support",
        "service",
        "kundin",
        "kunde",
        "kunden",
        "client",
        "cliente",
        "klient",
        "klientka",
        "klant",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonntag",
        "doktor",
        "doctor",
        "professor",
        "prof",
        "dr",
        "ist",
        "hat",
        "wird",
        "kann",
        "und",
        "der",
        "die",
        "das",
        "ihnen",
        "ihre",
        "ihr",
        "sie",
        "wir",
        "ich",
        "państwu",
        "państwo",
        "pani",
        "pan",
    ]
)
# Small words inside a name: "van der Berg", "de la Cruz".
PARTICLES: Final = frozenset(
    [
        "van",
        "von",
        "der",
        "den",
        "de",
        "la",
        "di",
        "da",
        "do",
        "dos",
        "del",
        "della",
        "le",
        "du",
        "zu",
        "zum",
        "ter",
        "ten",
        "af",
        "y",
        "e",
    ]
)

NUMBERS: Final = (
    r"(?:customer|client|account|contract|subscriber|kunden?|kundennummer|kunden-?nr|vertrag\w*|konto|"
    r"cliente|klant\w*|klient\w*|compte|contrat|cuenta|contrato|conto|contratto|contract\w*|konta|umow\w*|conta|"
    r"πελάτη|payment of|zahlung von|paiement de|pago de|pagamento di|pagamento de|betaling van|wpłat\w* od)"
)
"""What stands before a customer number, as a pattern."""

SECRETS: Final = (
    r"(?:password|passphrase|passwort|kennwort|mot de passe|contraseña|clave|parola d.ordine|wachtwoord|hasło|"
    r"palavra-passe|senha|κωδικός|pin|puk|wpa2?|wlan-schlüssel|wi-?fi key)"
)
"""What stands before something that opens something (X-04)."""
