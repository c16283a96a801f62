"""Forms behave as GOV.UK's: said once, errors in two places with the same words, nothing starred (ux.md 1.1, 1.4)."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django import forms
from django.template import Context, Template
from django.utils.translation import gettext_lazy

from dsr.forms import DayField, Hinted, UiForm, dress


class Sample(UiForm):
    right = forms.ChoiceField(
        label="What?",
        help_text="One thing",
        choices=[("access", Hinted(gettext_lazy("Give me a copy"), "All <of> it")), ("erasure", "Delete data")],
        widget=forms.RadioSelect,
        error_messages={"required": "Select what you want us to do"},
    )
    name = forms.CharField(
        label="Full name", help_text="As on your bill", error_messages={"required": "Enter your full name"}
    )
    email = forms.EmailField(required=False)
    words = forms.CharField(required=False, max_length=2000, widget=forms.Textarea)
    when = forms.SplitDateTimeField(label="When?", error_messages={"required": "Enter a day and a time"})
    agree = forms.BooleanField(error_messages={"required": "Tick the box"})
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def summary(form: forms.Form) -> str:
    return Template('{% include "ui/errorsummary.html" %}').render(Context({"form": form})).strip()


def test_hint_and_error_are_tied_to_the_field() -> None:
    html = str(Sample({})["name"].as_field_group())
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_helptext">As on your bill' in html
    assert '<span class="vh">Error:</span> Enter your full name' in html
    assert 'id="id_name_error"' in html


def test_group_of_radios_is_a_fieldset_with_its_question() -> None:
    html = str(Sample({})["right"].as_field_group())
    assert re.search(
        r'<fieldset id="id_right" aria-describedby="id_right_helptext id_right_error">\s*<legend class="legend">What\?</legend>',
        html,
    )
    assert 'class="choice-hint">All &lt;of&gt; it' in html


def test_error_summary_links_to_the_first_box_of_each_field() -> None:
    form = Sample({})
    html = summary(form)
    assert re.findall(r'href="#([^"]+)">([^<]+)', html) == [
        ("id_right_0", "Select what you want us to do"),
        ("id_name", "Enter your full name"),
        ("id_when_0", "Enter a day and a time"),
        ("id_agree", "Tick the box"),
    ]
    page = str(form)
    for target in re.findall(r'href="#([^"]+)"', html):
        assert f'id="{target}"' in page


def test_form_without_errors_has_no_summary() -> None:
    assert summary(Sample()) == ""


def test_errors_of_the_whole_form_are_listed_without_a_link() -> None:
    form = Sample({})
    form.add_error(None, "Customer number and name do not belong together")
    assert "<li>Customer number and name do not belong together</li>" in summary(form)


def test_optional_is_said_and_nothing_is_starred() -> None:
    html = str(Sample())
    assert html.count("(optional)") == 2
    assert "*" not in html
    assert "required" not in html


def test_nothing_is_chosen_for_the_person() -> None:
    """EDPB 03/2022, deceptive snugness: no answer is ticked on first view."""
    assert "checked" not in str(Sample())


def test_answers_survive_an_error() -> None:
    html = str(Sample({"right": "erasure", "email": "anna@example.com", "words": "Please <now>"}))
    assert re.search(r'value="erasure"[^>]* checked', html)
    assert 'value="anna@example.com"' in html
    assert "Please &lt;now&gt;" in html


def test_question_of_a_page_is_its_heading() -> None:
    assert '<legend class="label-page"><h1>What?</h1></legend>' in Template("{% question form.right %}").render(
        Context({"form": Sample()})
    )
    assert '<h1 class="label-page"><label for="id_name">Full name</label></h1>' in Template(
        "{% question form.name %}"
    ).render(Context({"form": Sample()}))


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("name", "input"),
        ("email", "input"),
        ("words", "textarea"),
        ("agree", "choice-input"),
        ("right", "choice-input"),
    ],
)
def test_widget_has_the_class_of_its_kind(field: str, name: str) -> None:
    assert Sample().fields[field].widget.attrs["class"] == name


def test_own_class_stays_and_dressing_twice_changes_nothing() -> None:
    class Code(UiForm):
        code = forms.CharField(widget=forms.TextInput(attrs={"class": "input-code"}))

    form = Code()
    dress(form)
    assert form.fields["code"].widget.attrs["class"] == "input input-code"


def test_form_of_somebody_else_is_dressed() -> None:
    class Foreign(forms.Form):
        email = forms.EmailField()

    form = Foreign()
    dress(form)
    assert 'class="input"' in str(form)
    assert "required" not in str(form["email"])


def test_hidden_field_has_no_group_of_its_own() -> None:
    assert str(Sample()).count("token") == 2  # name and id of one input


def test_long_text_knows_its_limit() -> None:
    html = str(Sample()["words"])
    assert 'maxlength="2000"' in html
    assert 'data-left="%s characters left"' in html


class Born(UiForm):
    born = DayField(label="Date of birth", help_text="For example 27 3 1985")


def typed(day: str, month: str, year: str) -> Born:
    return Born({"born_day": day, "born_month": month, "born_year": year})


@pytest.mark.parametrize("parts", [("27", "3", "1985"), (" 27 ", "03", "1985")])
def test_date_in_three_boxes(parts: tuple[str, str, str]) -> None:
    form = typed(*parts)
    assert form.is_valid()
    assert form.cleaned_data["born"] == date(1985, 3, 27)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (("", "", ""), "Enter the date"),
        (("", "3", "1985"), "The date must include a day"),
        (("27", "", "1985"), "The date must include a month"),
        (("27", "3", "85"), "The date must include a year with four digits, like 1985"),
        (("31", "2", "1985"), "Enter a real date, like 27 3 1985"),
        (("27", "March", "1985"), "Enter a real date, like 27 3 1985"),
    ],
)
def test_date_says_what_is_wrong_with_it(parts: tuple[str, str, str], words: str) -> None:
    form = typed(*parts)
    assert form.errors == {"born": [words]}
    assert f'value="{parts[1]}"' in str(form) or not parts[1]


def test_date_may_be_left_out_when_it_is_optional() -> None:
    class Optional(UiForm):
        born = DayField(required=False)

    form = Optional({})
    assert form.is_valid()
    assert form.cleaned_data["born"] is None


def test_each_box_of_a_date_has_its_name() -> None:
    html = str(Born(initial={"born": date(1985, 3, 27)}))
    assert re.findall(r'<label class="part-label" for="(id_born_\d)">(\w+)</label>', html) == [
        ("id_born_0", "Day"),
        ("id_born_1", "Month"),
        ("id_born_2", "Year"),
    ]
    assert re.findall(r'value="(\d+)"', html) == ["27", "3", "1985"]
    assert "<fieldset" in html
