"""The rows of the WHMCS stand-in, as its API shows them: ids as numbers or texts by action, zero dates, HTML entities."""

from __future__ import annotations

import base64
import html
import json
from typing import TYPE_CHECKING, Any

from exporters.testing.standins.people import ANNA, HOUSEMATE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporters.testing.standins.people import Person
    from exporters.testing.standins.server import Tables

NEVER, NO_DATE = "0000-00-00 00:00:00", "0000-00-00"
TABLES = [
    "clients",
    "users",
    "contacts",
    "products",
    "addons",
    "domains",
    "orders",
    "invoices",
    "invoice_items",
    "transactions",
    "credits",
    "paymethods",
    "quotes",
    "tickets",
    "replies",
    "ticket_notes",
    "emails",
    "activity",
    "affiliates",
    "projects",
    "project_tasks",
    "project_messages",
    "cancellations",
    "client_notes",
    "customfields",
    "attachments",
]
USER = 1000
"""Users count from here, clients from 1."""
INVITED = 1999
"""A user with a login of his own whom Anna let into her account."""
ANSWER = 700_000
"""Messages of staff count from here; the first message of a ticket is number 0."""


def clear_password(number: int) -> str:
    """The service password of a subscriber, which the API shows in clear."""
    return f"pw-{number}-Klartext!"


def token(number: int) -> str:
    """What the payment provider knows the card of a subscriber by."""
    return json.dumps({"customer": f"cus_{number}x", "method": f"pm_{number}x"})


def rows(people: Iterable[Person]) -> Tables:
    """Everything of these subscribers, and what belongs to nobody."""
    tables: Tables = {name: {} for name in TABLES}
    for person in people:
        _client(tables, person)
        _services(tables, person)
        _money(tables, person)
        if _busy(person):
            _talk(tables, person)
        _traces(tables, person)
    put(tables, "activity", 90_001, clientId=0, userId=0, adminId=1, date="2026-01-01 06:56:49", userid=0,
        description="Cron Job: Perform WHMCS Update Check", username="admin", ipaddress="172.18.0.1")  # fmt: skip
    return tables


def put(tables: Tables, table: str, key: object, **row: Any) -> None:
    """One row; its id is a number unless given."""
    tables[table][str(key)] = {"id": key, **row}


def _busy(person: Person) -> bool:
    return person.number % 10 == ANNA


def _escaped(text: str) -> str:
    return html.escape(text, quote=True)


def _client(tables: Tables, person: Person) -> None:
    n = person.number
    put(tables, "clients", n, userid=n, client_id=n, owner_user_id=USER + n, uuid=f"0000-{n}", firstname=_escaped(person.first),
        lastname=_escaped(person.last), fullname=_escaped(person.name), companyname=_escaped(person.company), email=person.email,
        address1=_escaped(person.street), address2="", city=person.city, fullstate="", state="", postcode=person.postcode,
        countrycode=person.country, country=person.country, phonenumber=f"+44.{person.phone[3:]}", tax_id="", notes="",
        email_preferences=dict.fromkeys(("general", "invoice", "support", "product", "domain", "affiliate"), "1"),
        currency=1, defaultgateway="", groupid=0, status="Active", credit="0.00", taxexempt=False, latefeeoveride=False,
        overideduenotices=False, separateinvoices=False, disableautocc=False, emailoptout=False,
        marketing_emails_opt_in=True, allowSingleSignOn=1, email_verified=True, language="",
        lastlogin=f"Date: 03/10/2025 10:26<br>IP Address: {person.ip}<br>Host: host{n}.example.net")  # fmt: skip
    # An account whose login has another address than the client record, and one login for two accounts.
    login = f"login{n}@example.net" if n % 50 == ANNA + 10 else person.email
    put(tables, "users", USER + n, firstname=_escaped(person.first), lastname=_escaped(person.last), email=login,
        datecreated="2020-12-15 15:29:49", validationdata="", clients=[{"id": n, "isOwner": True}])  # fmt: skip
    if n == ANNA:
        # Invited to her account, with a login of his own.
        put(tables, "users", INVITED, firstname="Piet", lastname="Ander", email="piet.ander@example.net",
            datecreated="2021-01-04 09:00:00", validationdata="", clients=[{"id": n, "isOwner": False}])  # fmt: skip
    if n == 130:  # noqa: PLR2004 -- one of them
        tables["users"][str(USER + 30)]["clients"].append({"id": n, "isOwner": False})
    if _busy(person):
        put(tables, "contacts", 5000 + n, userid=n, firstname="Kim", lastname=_escaped(person.last), companyname="",
            email=f"kim{n}@example.net", address1=_escaped(person.street), address2="", city=person.city, state="",
            postcode=person.postcode, country=person.country, phonenumber="", domainemails=True, generalemails=True,
            invoiceemails=True, productemails=True, supportemails=True, affiliateemails=True, created_at=NEVER,
            updated_at=NEVER)  # fmt: skip
    # Fields the operator defined: 1 is the date of birth, 2 the name on the line.
    put(tables, "customfields", f"{n}/1", clientid=n, fieldid=1, value=person.born)
    put(tables, "customfields", f"{n}/2", clientid=n, fieldid=2, value=_escaped(person.name))


def _services(tables: Tables, person: Person) -> None:
    n = person.number
    put(tables, "products", str(n), qty="1", clientid=str(n), orderid=str(n), ordernumber=str(7_000_000 + n), pid="3",
        regdate="2021-03-01", name="Fibre 100", groupname="Internet", domain=person.username, dedicatedip=person.ip, serverid="1",
        servername="radius", serverip="192.0.2.10", suspensionreason="", firstpaymentamount="30.00", recurringamount="30.00",
        paymentmethod="banktransfer", billingcycle="Monthly", nextduedate="2026-07-01", status="Active",
        username=person.username, password=clear_password(n), subscriptionid="", promoid="0", overideautosuspend="",
        overidesuspenduntil=NO_DATE, ns1="", ns2="", assignedips="",
        notes=_escaped(f"Line of {person.name}") if _busy(person) else "", diskusage="0", lastupdate=NEVER)  # fmt: skip
    put(tables, "orders", n, ordernum=7_000_000 + n, userid=n, contactid=0, requestor_id=USER + n, admin_requestor_id=0,
        date="2021-03-01 09:00:00", nameservers="", transfersecret="", promocode="", orderdata="", amount="30.00",
        paymentmethod="banktransfer", invoiceid=10 * n, status="Active", ipaddress=person.ip, fraudmodule="fraudlabs",
        fraudoutput=json.dumps({"ip": person.ip, "ip_city": person.city, "is_high_risk_country": "N"}), notes="")  # fmt: skip
    if _busy(person):
        put(tables, "addons", str(n), qty="1", userid=str(n), orderid="0", serviceid=str(n), addonid="0", name="Fixed IP",
            setupfee="0.00", recurring="5.00", billingcycle="Monthly", tax="", status="Active", regdate="2021-03-01",
            nextduedate="2026-07-01", nextinvoicedate="2026-07-01", paymentmethod="banktransfer",
            notes=f"for {person.ip}")  # fmt: skip
        put(tables, "domains", str(n), userid=str(n), orderid=str(n), regtype="Register", domainname=f"shop{n}.example",
            registrar="enom", regperiod="1", firstpaymentamount="12.95", recurringamount="12.95", paymentmethod="banktransfer",
            regdate="2021-03-01", expirydate="2027-03-01", nextduedate="2027-03-01", status="Active", subscriptionid="",
            promoid="0", dnsmanagement="0", emailforwarding="0", idprotection="0", donotrenew="0", notes="")  # fmt: skip
        put(tables, "cancellations", str(n), date="2026-02-24 21:27:04", relid=str(n), reason=f"{person.first} moves away",
            type="End of Billing Period", created_at=NEVER, updated_at=NEVER)  # fmt: skip


def _money(tables: Tables, person: Person) -> None:
    n = person.number
    for number, day in ((10 * n, "2025-11-01"), (10 * n + 1, "2026-05-01")):
        put(tables, "invoices", number, userid=n, firstname=_escaped(person.first), lastname=_escaped(person.last),
            companyname=_escaped(person.company), invoicenum=f"R{number}", date=day, duedate=day, datepaid=f"{day} 10:00:00",
            last_capture_attempt=NEVER, date_refunded=NEVER, date_cancelled=NEVER, subtotal="30.00", credit="0.00", tax="0.00",
            tax2="0.00", total="30.00", taxrate="0.000", taxrate2="0.000", status="Paid", paymentmethod="banktransfer",
            paymethodid=None, notes="", created_at=NEVER, updated_at=NEVER, currencycode="EUR")  # fmt: skip
        put(tables, "invoice_items", f"{number}/{number + 1}", invoiceid=number, itemid=number + 1, type="Hosting", relid=n,
            description=f"Fibre 100 - {person.username} (monthly)", amount="30.00", taxed=0)  # fmt: skip
        put(tables, "transactions", str(number), userid=str(n), currency="0", gateway="banktransfer", date=f"{day} 10:00:00",
            description="Invoice Payment", amountin="30.00", fees="0.00", amountout="0.00", rate="1.00000",
            transid=f"T-{number}", invoiceid=str(number), refundid="0")  # fmt: skip
    put(tables, "paymethods", n, userid=n, type="RemoteCreditCard", description=_escaped(f"Card of {person.name}"),
        gateway_name="stripe", contact_type="Client", contact_id=n, card_last_four=f"{4000 + n}", expiry_date="02/29",
        start_date="", issue_number="", card_type="Visa", remote_token=token(n), last_updated="17/05/2019 10:01")  # fmt: skip
    if _busy(person):
        put(tables, "credits", str(n), clientid=n, date="2025-11-01", description=f"Goodwill, {person.first} called",
            amount="10.00", relid="0")  # fmt: skip
        for number, owner, stage in ((2 * n, n, "Accepted"), (2 * n + 1, 0, "Draft")):
            put(tables, "quotes", number, subject="Fibre 1000", stage=stage, validuntil="2026-09-30", userid=owner, oracle=n,
                firstname=_escaped(person.first), lastname=_escaped(person.last), companyname="", email=person.email,
                address1=_escaped(person.street), address2="", city=person.city, state="", postcode=person.postcode,
                country=person.country, phonenumber=person.phone, tax_id="", currency=1, subtotal="60.00", tax1="0.00",
                tax2="0.00", total="60.00", proposal=f"Dear {person.first}", customernotes="", adminnotes="",
                datecreated="2026-05-02", lastmodified="2026-05-02", datesent=NO_DATE, dateaccepted=NO_DATE)  # fmt: skip


def _talk(tables: Tables, person: Person) -> None:
    n = person.number
    # By the client, by her address only, and one an operator opened, which GetTickets(clientid) does not list.
    for number, owner, hidden in ((10 * n, n, False), (10 * n + 1, 0, False), (10 * n + 2, n, True)):
        put(tables, "tickets", str(number), tid=str(500_000 + number), deptid="1", userid=str(owner), oracle=n, hidden=hidden,
            name=_escaped(person.name), email=person.email.upper() if hidden else person.email, cc="", c=f"K{number}xx",
            date="2026-03-01 06:26:29", subject=_escaped(f"No sync since {n}:00 & longer"), status="Closed", priority="Medium",
            admin="", lastreply="2026-03-01 06:30:16", flag="0", service="")  # fmt: skip
        for at, author, words in (
            ("0", person.name, f"My router {person.mac} has no sync"),
            (str(ANSWER + number), "", "We look into it"),
        ):
            put(tables, "replies", f"{number}/{at}", ticketid=number, replyid=at, userid=str(owner) if author else "0",
                contactid="0", name=_escaped(author), email=person.email if author else "", date="2026-03-01 06:26:29",
                message=_escaped(words), attachment="", admin="" if author else "Demo Admin", attachments_removed=hidden,
                attachments=[{"filename": "sync &amp; log.txt", "index": 0}] if author else [[]])  # fmt: skip
        put(tables, "ticket_notes", str(number), ticketid=number, admin="admin admin", date="2026-03-01 06:26:42",
            message=f"{person.first} is impatient, call {person.phone}", attachment="", attachments_removed=False)  # fmt: skip
        # Lists go on naming what has been pruned.
        file(
            tables,
            number,
            f"ticket/{number}/0",
            "sync &amp; log.txt",
            b"" if hidden else f"log of {person.username}".encode(),
            gone=hidden,
        )
        if not owner:
            tables["replies"][f"{number}/{ANSWER + number}"]["attachments"] = [
                {"filename": "line.png", "index": 0},
                {"filename": "answer.pdf", "index": 1},
            ]
            file(tables, number, f"reply/{ANSWER + number}/0", "line.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
            file(tables, number, f"reply/{ANSWER + number}/1", "answer.pdf", b"%PDF-1.4 to " + person.email.encode())
            tables["ticket_notes"][str(number)]["attachment"] = "123456_call.txt|987654_bill.csv"
            file(tables, number, f"note/{number}/0", "call.txt", f"{person.phone} called".encode())
            file(tables, number, f"note/{number}/1", "bill.csv", b"a;b\r\n")


def file(tables: Tables, ticket: int, key: str, name: str, content: bytes, *, gone: bool = False) -> None:
    """A file of a ticket; `key` is type, number and index as GetTicketAttachment wants them."""
    data = base64.b64encode(content).decode()
    put(tables, "attachments", key, ticketid=ticket, filename=name, data=data, gone=gone)


def _traces(tables: Tables, person: Person) -> None:
    n = person.number
    put(tables, "emails", n, userid=n, subject="Invoice", to=person.email, cc="", bcc="", attachments="",
        message=f"<html><body>Dear {_escaped(person.name)}, your invoice</body></html>", date="2026-05-01 06:00:00")  # fmt: skip
    put(tables, "activity", 2 * n, clientId=n, userId=USER + n, adminId=0, date="2026-05-01 06:00:00", userid=n,
        description=f"User logged in - User ID: {USER + n}", username=person.email, ipaddress=person.ip)  # fmt: skip
    put(tables, "activity", 2 * n + 1, clientId=0, userId=0, adminId=1, date="2026-05-01 06:01:00", userid=0,
        description=f"Email Sending Failed - {person.email} (Subject: Invoice)", username="System", ipaddress="",
        oracle=n)  # fmt: skip
    if _busy(person):
        put(tables, "affiliates", str(n), date="2024-01-01", clientid=str(n), visitors="145", paytype="percentage",
            payamount="15.00", onetime="1", balance="15.00", withdrawn="0.00", created_at=NEVER, updated_at=NEVER)  # fmt: skip
        put(tables, "projects", n, userid=n, title=_escaped(f"Fibre for {person.name}"), ticketids="", invoiceids="", notes="",
            adminid=1, status="Pending", created="2024-01-01", duedate="2024-02-01", completed=0,
            lastmodified="2024-01-02 10:00:00", watchers="")  # fmt: skip
        put(tables, "project_tasks", f"{n}/{2 * n}", projectid=str(n), task=_escaped(f"Ring {person.first} & measure"), notes="",
            adminid="0", created="2024-01-02 11:57:57", duedate=NO_DATE, completed="0", billed="0", order="1", timelogs="")  # fmt: skip
        put(tables, "project_messages", f"{n}/{3 * n}", projectid=str(n), date="2024-01-03 13:59:01", adminid="1",
            message=f"{person.phone}: nobody at home", attachments="")  # fmt: skip
        tables["project_tasks"][f"{n}/{2 * n}"]["id"], tables["project_messages"][f"{n}/{3 * n}"]["id"] = (
            f"{2 * n}",
            f"{3 * n}",
        )
        put(tables, "client_notes", n, userid=n, note=f"{person.name} prefers {person.phone}", sticky=False)
    if n == ANNA:
        # She also wrote in the account of the company she works for: its ticket, and its line in the log.
        put(tables, "tickets", "9", tid="500009", deptid="1", userid="25", oracle=25, hidden=False, name=_escaped(person.name),
            email=person.email, cc="", c="K9xx", date="2026-03-02 06:26:29", subject="Invoice of the company", status="Closed",
            priority="Medium", admin="", lastreply="2026-03-02 06:30:16", flag="0", service="")  # fmt: skip
        put(tables, "activity", 90_002, clientId=25, userId=0, adminId=1, date="2026-05-02 06:01:00", userid=25,
            description=f"Email Sent to {person.email}", username="System", ipaddress="")  # fmt: skip
    if n == HOUSEMATE:
        tables["clients"][str(n)]["address1"] = _escaped(person.street)
