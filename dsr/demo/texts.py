"""What subscribers and support wrote to each other: free text that names people, numbers and places.

A dialogue is (subject, ((author, body), …)). Placeholders are filled from the subscriber, so that a
search for any of her identifiers has hits in free text.
"""

from __future__ import annotations

from typing import Final

Dialogue = tuple[str, tuple[tuple[str, str], ...]]

DIALOGUES: Final[dict[str, tuple[Dialogue, ...]]] = {
    "en": (
        (
            "No connection since this morning",
            (
                (
                    "customer",
                    "Hello, this is {name}, customer {customer_no}. The line at {street} has been dead since 7 a.m. Call me on {phone}.",
                ),
                (
                    "staff",
                    "Dear {name}, we see the modem {mac} offline. A technician can come to {street}, {town}, on Thursday.",
                ),
                ("customer", "Thursday is fine. My neighbour has a key if I am at the doctor's."),
                ("staff", "Noted. The appointment is confirmed to {email}."),
            ),
        ),
        (
            "Question about my invoice",
            (
                ("customer", "You took the money twice from {iban}. Please pay one back. {name}"),
                ("staff", "Dear {name}, the second amount has been returned to the account ending in {iban_end}."),
            ),
        ),
        (
            "Moving house",
            (
                ("customer", "I am moving and want to keep the number {phone}. Write to {email}, please."),
                ("staff", "We have noted the move for {customer_no}. Please send us the new address."),
            ),
        ),
    ),
    "de": (
        (
            "Störung seit heute früh",
            (
                (
                    "customer",
                    "Guten Tag, hier {name}, Kundennummer {customer_no}. In der {street} geht seit 7 Uhr nichts mehr. Rückruf bitte unter {phone}.",
                ),
                (
                    "staff",
                    "Guten Tag {name}, das Modem {mac} ist offline. Unser Techniker kann am Donnerstag nach {town} kommen.",
                ),
                ("customer", "Donnerstag passt. Den Schlüssel hat die Nachbarin, ich bin an dem Tag in der Klinik."),
                ("staff", "Ist notiert, die Bestätigung geht an {email}."),
            ),
        ),
        (
            "Doppelte Abbuchung",
            (
                ("customer", "Sie haben zweimal von {iban} abgebucht. Bitte einmal zurück. {name}"),
                (
                    "staff",
                    "Sehr geehrte Kundin, sehr geehrter Kunde, der zweite Betrag ist zurücküberwiesen (Konto …{iban_end}).",
                ),
            ),
        ),
        (
            "Umzug",
            (
                ("customer", "Ich ziehe um und will die Nummer {phone} behalten. Antwort bitte an {email}."),
                ("staff", "Wir haben den Umzug zu {customer_no} vorgemerkt. Bitte nennen Sie uns die neue Anschrift."),
            ),
        ),
    ),
    "pl": (
        (
            "Brak internetu",
            (
                (
                    "customer",
                    "Dzień dobry, {name}, numer klienta {customer_no}. Od rana nie działa internet. Mój telefon: {phone}.",
                ),
                (
                    "staff",
                    "Dzień dobry, technik przyjedzie w czwartek: {street}, {town}. Potwierdzenie wysłaliśmy na {email}.",
                ),
            ),
        ),
    ),
    "el": (
        (
            "Δεν λειτουργεί το ίντερνετ",
            (
                (
                    "customer",
                    "Καλημέρα, είμαι {name}, αριθμός πελάτη {customer_no}. Δεν έχω σύνδεση. Τηλέφωνο {phone}.",
                ),
                ("staff", "Ο τεχνικός θα έρθει την Πέμπτη: {street}, {town}. Στείλαμε επιβεβαίωση στο {email}."),
            ),
        ),
    ),
    "fr": (
        (
            "Panne de connexion",
            (
                (
                    "customer",
                    "Bonjour, ici {name}, client {customer_no}. Plus rien ne marche. Rappelez-moi au {phone}.",
                ),
                ("staff", "Bonjour {name}, un technicien passera jeudi au {street}, {town}."),
            ),
        ),
    ),
}

NOTES: Final[tuple[str, ...]] = (
    "{name} phoned: prefers calls after 6 p.m. on {phone}.",
    "Payment plan agreed with {name} after job loss, three instalments.",
    "{name} was friendly but insists on a paper invoice to {street}.",
    "Router swapped on site, new MAC {mac}. Dog in the yard.",
)

MIX_UP: Final = (
    "Careful: there are three customers called Maria Kowalska. The payment of {other_no} ({other_email}) was booked here "
    "by mistake and moved back."
)
"""A note about one subscriber that names another: what a person must black out before it is disclosed."""

MAILS: Final[tuple[tuple[str, str], ...]] = (
    (
        "Your Northwave invoice is ready",
        "Dear {name},\n\nyour invoice for customer number {customer_no} is in the portal.\n\nNorthwave",
    ),
    (
        "Work on the network in {town}",
        "Dear {name},\n\non Tuesday night the line at {street} will be down for an hour.\n\nNorthwave",
    ),
    ("Faster for {name}?", "Dear {name},\n\nyour address {street} can have Fibre 1000 now.\n\nNorthwave"),
)

AGENTS: Final[tuple[str, ...]] = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36",
)
