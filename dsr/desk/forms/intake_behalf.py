"""For whom somebody asks, in the form of the desk: children, people one acts for, people who died (rules.md 3.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.law import persons
from dsr.law.persons import Behalf, Person, Relation
from dsr.law.rights import Right

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from django.utils.functional import _StrPromise

    from dsr.models import Controller

_FOR: Final[Mapping[str, _StrPromise]] = {
    Person.ME: gettext_lazy("The person who asks"),
    Person.CHILD: gettext_lazy("A child of the person who asks"),
    Person.REPRESENTED: gettext_lazy("Somebody the person who asks acts for"),
    Person.DECEASED: gettext_lazy("Somebody who died"),
}
_RELATIONS: Final[Mapping[str, _StrPromise]] = {
    Relation.HEIR: gettext_lazy("Heir"),
    Relation.FAMILY: gettext_lazy("Close family"),
    Relation.EXECUTOR: gettext_lazy("Executor of the will"),
    Relation.NAMED: gettext_lazy("Named by the person who died"),
}
_DEAD: Final[Mapping[str, _StrPromise]] = {
    "no_right": gettext_lazy("The law of this country gives nobody this right for somebody who died."),
    "not_entitled": gettext_lazy("The law of this country does not give this right to this relation."),
    "too_late": gettext_lazy("The years in which the law gives this right are over."),
    "not_dead_yet": gettext_lazy("That day is still to come."),
}


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "input-short"}, format="%Y-%m-%d")
    return forms.DateField(
        label=label,
        required=False,
        widget=widget,
        error_messages={"invalid": gettext_lazy("Enter a day, like 2026-06-15.")},
    )


class BehalfFields(forms.Form):
    """Fields that say for whom the request is; what was not asked for stays empty."""

    who = forms.ChoiceField(label=gettext_lazy("Who is the request about?"), required=False)
    behalf_name = forms.CharField(
        label=gettext_lazy("Name of the person it is about"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    born_on = _day(gettext_lazy("Child: born on"))
    died_on = _day(gettext_lazy("Died on"))
    relation = forms.ChoiceField(label=gettext_lazy("Relation to the person who died"), required=False)
    covers = forms.BooleanField(
        label=gettext_lazy("A written authority is here and names everything that is asked for"), required=False
    )

    def prepare_behalf(self, controller: Controller) -> None:
        """Offer what the law of the controller's country knows (H-06)."""
        dead = bool(persons.rights_after_death(controller.country))
        people = [(who, str(label)) for who, label in _FOR.items() if dead or who != Person.DECEASED]
        cast("forms.ChoiceField", self.fields["who"]).choices = people
        relations = [("", "–"), *((code, str(label)) for code, label in _RELATIONS.items())]
        cast("forms.ChoiceField", self.fields["relation"]).choices = relations

    def clean_behalf(self, cleaned: dict[str, Any], *, today: date) -> None:
        """Say what is missing for the person chosen; nothing when somebody asks for herself."""
        who = cleaned.get("who") or Person.ME
        if who == Person.ME:
            return
        if not cleaned.get("behalf_name"):
            self.add_error("behalf_name", _("Enter the name of the person the request is about."))
        if who == Person.CHILD and "born_on" not in self.errors:
            self._child(cleaned.get("born_on"), today)
        if who == Person.DECEASED and "died_on" not in self.errors:
            self._dead(cleaned, today)

    def _child(self, born: date | None, today: date) -> None:
        if born is None:
            self.add_error("born_on", _("Enter when the child was born."))
        elif born > today:
            self.add_error("born_on", _("That day is still to come."))
        elif persons.of_age(born_on=born, today=today):
            self.add_error("born_on", _("This person is of age. A parent needs a written authority like anybody else."))

    def _dead(self, cleaned: dict[str, Any], today: date) -> None:
        died, relation = cleaned.get("died_on"), cleaned.get("relation")
        if not relation:
            self.add_error("relation", _("Choose what the sender is to the person who died."))
        if died is None:
            self.add_error("died_on", _("Enter when the person died."))
        if relation and died is not None:
            rights = [Right(value) for value in cleaned.get("rights", [])]
            country = cast("Any", self).controller.country
            code = persons.refused_after_death(
                country=country, rights=rights, relation=relation, died_on=died, today=today
            )
            if code:
                self.add_error("died_on" if code in {"too_late", "not_dead_yet"} else "relation", str(_DEAD[code]))

    def behalf(self, controller: Controller, *, today: date) -> Behalf | None:
        """For whom, in the fixed shape; None for somebody's own. A child old enough is asked too (H-01, 4.0.10)."""
        cleaned = self.cleaned_data
        who = cleaned.get("who") or Person.ME
        if who == Person.ME:
            return None
        born, died = cleaned.get("born_on"), cleaned.get("died_on")
        child, represented = who == Person.CHILD, who == Person.REPRESENTED
        return Behalf(
            who=who,
            name=cleaned["behalf_name"],
            relation=cleaned.get("relation", "") if who == Person.DECEASED else "",
            born_on=born.isoformat() if child and born else "",
            died_on=died.isoformat() if who == Person.DECEASED and died else "",
            shown={"post": "post", "shop": "shop"}.get(cleaned.get("channel", ""), "upload"),
            covers=tuple(cleaned.get("rights", ())) if represented and cleaned.get("covers") else (),
            ask=bool(
                child
                and born
                and persons.asks_child(
                    country=controller.country, subdivision=controller.subdivision, born_on=born, today=today
                )
            ),
        )
