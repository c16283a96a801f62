"""`/styleguide/`: every component on a page, for people who build pages and for the tests that look at them.

Its words are specimens and stay in English; nobody outside the house reads them.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from dsr import charts
from dsr.accounts import signed_in_as
from dsr.forms import DayField, Hinted, UiForm
from dsr.models import Kind

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PAGES = ("components", "form", "question", "status", "queue", "case", "numbers")
DESK = {"queue", "case", "numbers"}


class Specimen(UiForm):
    """One field of every kind."""

    name = forms.CharField(
        label="Full name", help_text="As it stands on your bill", error_messages={"required": "Enter your full name"}
    )
    email = forms.EmailField(
        label="E-mail address",
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": "E-mail address must have an @ sign, like name@example.org"},
    )
    code = forms.CharField(
        label="Code",
        help_text="8 digits. You can paste it.",
        widget=forms.TextInput(attrs={"class": "input-code", "inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": "Enter the code"},
    )
    kinds = forms.MultipleChoiceField(
        label="Which data?",
        choices=[
            ("contract", Hinted("Contract and bills", "Address, tariff, invoices, payments")),
            ("usage", Hinted("Connection and usage", "Sessions, volumes, devices")),
            ("Kept apart", [("support", "Calls and messages with us")]),
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Select all the data, or at least one kind"},
    )
    language = forms.ChoiceField(label="Language of the answer", choices=[("en", "English"), ("de", "Deutsch")])
    born = DayField(label="Date of birth", help_text="For example 27 3 1985", required=False)
    received = forms.DateField(
        label="Received on", required=False, widget=forms.DateInput(attrs={"type": "date", "class": "input-short"})
    )
    words = forms.CharField(
        label="Tell us in your own words",
        widget=forms.Textarea(attrs={"maxlength": 2000}),
        error_messages={"required": "Tell us about your situation"},
    )
    document = forms.FileField(label="A document, if you have one", required=False)
    agree = forms.BooleanField(
        label="I may act for this person",
        help_text="With a written authority or as a guardian",
        error_messages={"required": "Tick the box if you may act for this person"},
    )


class Question(UiForm):
    """The only question of a page."""

    right = forms.ChoiceField(
        label="What do you want us to do?",
        help_text="You can add another request later",
        choices=[
            ("access", Hinted("Give me a copy of my data", "All of it, or only the parts you choose")),
            ("rectification", "Correct data that is wrong or missing"),
            ("erasure", Hinted("Delete data", "Your contract keeps running unless you end it")),
            ("objection", "Stop using my data for marketing, or object to another use"),
            ("unsure", Hinted("I am not sure", "Tell us in your own words and we work it out")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Select what you want us to do"},
    )


def _sidebar() -> list[dict[str, Any]]:
    """The side bar's shape as the desk fills it."""

    def link(label: str, count: int | None = None, *, current: bool = False) -> dict[str, Any]:
        return {"url": "#main", "label": label, "count": count, "current": current}

    return [
        {
            "title": "Views",
            "links": [
                link("My next actions", 7, current=True),
                link("Unassigned", 5),
                link("Due in 7 days", 9),
                link("Overdue", 2),
                link("Waiting for subscriber", 4),
                link("Second approval", 3),
            ],
        },
        {"title": "Plan", "links": [link("Dashboard"), link("Calendar")]},
        {"title": "Set up", "links": [link("Stores"), link("Health")]},
    ]


def _queue(today: date) -> list[dict[str, Any]]:
    """Rows with every heat, in the scripts our subscribers' names have."""
    people = (
        (-2, "Kowalska, Maria", "Access", "Check identity", "warn", "AM", ""),
        (0, "Papadopoulos, Γιώργος", "Access", "Redact 3 files", "info", "JK", ""),
        (1, "Иванова, Елена", "Erasure", "Second approval", "warn", "", ""),
        (5, "Novák, Tomáš", "Rectification", "Waiting for subscriber", "", "JK", "extended"),
        (9, "García, Lucía", "Access", "Send reply", "ok", "SB", "by representative"),
        (27, "Schäfer, Jürgen", "Objection", "Triage", "info", "", ""),
    )
    return [
        {
            "reference": f"DSR-2026-{1200 + 7 * at:06d}",
            "due_on": today + timedelta(days=left),
            "received_on": today + timedelta(days=left - 31),
            "person": person,
            "right": right,
            "next": step,
            "kind": kind,
            "who": who,
            "note": note,
        }
        for at, (left, person, right, step, kind, who, note) in enumerate(people)
    ]


TIMELINE = (
    {"state": "done", "title": "Received", "when": "22 November 2026, 10:14", "text": "By web form. Receipt sent."},
    {
        "state": "done",
        "title": "Identity confirmed",
        "when": "22 November 2026, 10:21",
        "text": "Code to your contract e-mail.",
    },
    {"state": "now", "title": "Collecting from 6 systems", "when": "since 23 November 2026", "text": "4 of 6 done."},
    {"state": "next", "title": "Check and black out other people’s data", "when": "", "text": ""},
    {"state": "next", "title": "Ready to download", "when": "at the latest 22 December 2026", "text": ""},
)


MONTHS = ("Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov")
IN_AND_OUT = charts.bars(
    "Received 700 and closed 681 requests in twelve months; most came in October (81)",
    MONTHS,
    [
        ("received", (42, 55, 48, 61, 52, 47, 58, 66, 49, 72, 81, 69)),
        ("closed", (40, 50, 51, 57, 56, 49, 52, 60, 58, 63, 74, 71)),
    ],
)
WEEKS = (
    "3 Oct",
    "10 Oct",
    "17 Oct",
    "24 Oct",
    "31 Oct",
    "7 Nov",
    "14 Nov",
    "21 Nov",
    "28 Nov",
    "5 Dec",
    "12 Dec",
    "19 Dec",
)
WORKLOAD = charts.lines(
    "Work due per week rises above the team's 24 cases in the week of 5 December",
    WEEKS,
    ("due", (12, 14, 13, 16, 18, 17, 21, 19)),
    ("expected", (22, 25, 24, 21)),
    band=((19, 26), (20, 31), (18, 32), (15, 30)),
    limit=("capacity of the team", 24),
)


def show(request: HttpRequest, page: str = "components") -> HttpResponse:
    """One page of specimens; only while developing (DEBUG) or for staff who are signed in."""
    if not (settings.DEBUG or signed_in_as(request, Kind.STAFF)):
        raise Http404
    form = {"form": Specimen, "question": Question}.get(page)
    today = timezone.localdate()
    context: dict[str, Any] = {
        "pages": PAGES,
        "page": page,
        "today": today,
        "nav": "start",
        "timeline_items": TIMELINE,
        "rows": _queue(today),
        "page_obj": Paginator(range(120), 50).page(2),
        "due_on": today + timedelta(days=29),
        "received_on": today - timedelta(days=2),
        "in_and_out": IN_AND_OUT,
        "workload": WORKLOAD,
    }
    if form:
        context["form"] = form(request.POST or None)
    if page in DESK:
        context["sidebar"] = _sidebar()
    return render(request, f"styleguide/{page}.html", context)


urlpatterns = [
    path("", show, name="styleguide"),
    *(path(f"{page}/", show, {"page": page}, name=f"styleguide-{page}") for page in PAGES[1:]),
]
