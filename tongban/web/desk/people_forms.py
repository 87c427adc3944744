"""Forms of “People and posts”: what was typed becomes plain values; what is allowed, the services decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongban.accounts import queries as accounts
from tongban.accounts.services import RuleEntry
from tongban.catalogue import queries as catalogue
from tongban.core.actors import Actor, Duty
from tongban.core.dates import legal_date
from tongban.core.errors import NotFound
from tongban.core.items import ItemSpec, VariantKind
from tongban.core.posts import DELEGABLE, Method
from tongban.web.desk import wording
from tongban.web.desk.access import DeskRequest
from tongban.web.desk.taking import TakingForm

Choices = Sequence[tuple[str, Any]]
LEAVE = {
    "annual": _("Annual leave"),
    "sick": _("Sick leave"),
    "duty": _("On duty elsewhere"),
    "training": _("Training"),
    "other": _("Other leave"),
}
METHOD = {
    Method.FEWEST.value: _("Fewest open cases"),
    Method.TURN.value: _("In turn"),
    Method.NAMED.value: _("Named officer (the deputy while on leave)"),
    Method.NOBODY.value: _("Leave in the list"),
}
CHANNEL = {"web": _("Online"), "window": _("At the window")}
KIND = {
    VariantKind.NEW.value: pgettext_lazy("application", "New"),
    VariantKind.CHANGE.value: pgettext_lazy("application", "Change"),
    VariantKind.RENEWAL.value: pgettext_lazy("application", "Renewal"),
    VariantKind.REPLACEMENT.value: pgettext_lazy("application", "Replacement"),
    VariantKind.CANCELLATION.value: pgettext_lazy("application", "Cancellation"),
    VariantKind.OTHER.value: pgettext_lazy("application", "Other"),
}
#: Duties whose steps the rules can assign.
ASSIGNED = (Duty.WINDOW, Duty.REVIEWER, Duty.DECISION_MAKER, Duty.CERTIFICATE_CLERK)
MOST_ITEMS = 200


def duty_choices() -> Choices:
    """The steps that rules can assign."""
    return [(duty.value, wording.DUTY[duty.value]) for duty in ASSIGNED]


def colleagues(actor: Actor, day: date, *, but: str = "") -> Choices:
    """The officers of the actor's organisation."""
    return [(item.id, item.name) for item in accounts.people(actor.organisation, day) if item.id != but]


def own_items(actor: Actor, day: date) -> list[tuple[str, ItemSpec]]:
    """The items in whose procedure the organisation has a part, by name."""
    rows = catalogue.items_list(per_page=MOST_ITEMS).items
    found = []
    for row in rows:
        if not row.appliable:
            continue
        try:
            spec = catalogue.version_in_force(row.key, day).spec
        except NotFound:
            continue
        if actor.organisation in _organisations(spec):
            found.append((row.key, spec))
    return found


def _organisations(spec: ItemSpec) -> set[str]:
    procedure = spec.procedure
    steps = (procedure.completeness, procedure.decision, procedure.certificate, procedure.delivery)
    named = {step.organisation for step in steps if step} | {item.organisation for item in procedure.reviews}
    return {spec.authority.organisation} | (named - {"authority"})


class PeopleForm(TakingForm):
    """A form of the department."""

    def __init__(self, *args: Any, request: DeskRequest, officer: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.officer, self.day = request.actor, officer, legal_date(request.now)
        self.prepare()

    def prepare(self) -> None:
        """Fill the choices."""

    def choose(self, name: str, choices: Choices) -> None:
        """Set the choices of a field."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def _day(label: Any, hint: Any = "") -> forms.DateField:
    return forms.DateField(label=label, help_text=hint, widget=forms.DateInput)


class LeaveForm(PeopleForm):
    """Report a leave."""

    first = _day(_("First day"))
    last = _day(_("Last day"), _("Both days included."))
    kind = forms.ChoiceField(label=_("Kind of leave"), choices=list(LEAVE.items()))
    deputy = forms.ChoiceField(
        label=_("Deputy"),
        required=False,
        help_text=_("Acts with all your authority on these days. Empty: your standing deputy, if you have one."),
    )

    def prepare(self) -> None:
        """Colleagues who could stand in, and today as the first day."""
        self.choose("deputy", [("", _("Standing deputy")), *colleagues(self.actor, self.day, but=self.officer)])
        self.fields["first"].initial = self.fields["last"].initial = self.day


class DeputyForm(PeopleForm):
    """Choose a deputy."""

    deputy = forms.ChoiceField(label=_("Deputy"))

    def prepare(self) -> None:
        """Colleagues."""
        self.choose("deputy", [("", _("Choose")), *colleagues(self.actor, self.day, but=self.officer)])


class MoveForm(PeopleForm):
    """Move an officer to another post."""

    post = forms.ChoiceField(label=_("Gives up"))
    to = forms.ChoiceField(label=_("Holds instead"))
    first = _day(_("From"))

    def prepare(self) -> None:
        """The officer's posts and those of the department."""
        posts = accounts.posts(self.actor.organisation, self.day)
        person = next(
            (row for row in accounts.people(self.actor.organisation, self.day) if row.id == self.officer), None
        )
        held = list(person.posts) if person else []
        self.choose("post", held)
        keys = {key for key, _name in held}
        self.choose("to", [("", _("Choose")), *((row.key, row.name) for row in posts if row.key not in keys)])
        self.fields["first"].initial = self.day


class DelegationForm(PeopleForm):
    """A chief representative's written authority."""

    delegate = forms.ChoiceField(label=_("Chief representative"))
    verbs = forms.MultipleChoiceField(
        label=_("Acts"),
        help_text=_("Extending a limit stays with the head in person."),
        widget=forms.CheckboxSelectMultiple,
    )
    items = forms.MultipleChoiceField(
        label=_("Items"),
        required=False,
        help_text=_("None ticked: every item of the department."),
        widget=forms.CheckboxSelectMultiple,
    )
    first = _day(_("First day"))
    last = _day(_("Last day"), _("Both days included; at most a year."))
    basis = forms.CharField(label=_("Written authority"), help_text=_("Its number or title."), max_length=200)

    def prepare(self) -> None:
        """Colleagues, acts, own items."""
        self.choose("delegate", [("", _("Choose")), *colleagues(self.actor, self.day, but=self.actor.id)])
        self.choose("verbs", [(verb.value, wording.VERB[verb.value]) for verb in DELEGABLE])
        self.choose("items", [(key, spec.name) for key, spec in own_items(self.actor, self.day)])
        self.fields["first"].initial = self.day


class ScopeForm(PeopleForm):
    """For which items a post is."""

    items = forms.MultipleChoiceField(
        label=_("Items"),
        required=False,
        help_text=_("None ticked: every item of the department."),
        widget=forms.CheckboxSelectMultiple,
    )

    def prepare(self) -> None:
        """Own items."""
        self.choose("items", [(key, spec.name) for key, spec in own_items(self.actor, self.day)])


class RuleForm(PeopleForm):
    """One assignment rule: when it applies, and who gets the case."""

    duty = forms.ChoiceField(label=_("Step"))
    items = forms.MultipleChoiceField(
        label=_("Only for these items"),
        required=False,
        help_text=_("None ticked: for every item."),
        widget=forms.CheckboxSelectMultiple,
    )
    kinds = forms.MultipleChoiceField(
        label=_("Only for these kinds of application"),
        required=False,
        choices=list(KIND.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    channels = forms.MultipleChoiceField(
        label=_("Only if handed in"),
        required=False,
        choices=list(CHANNEL.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    places = forms.CharField(
        label=_("Only for these places"),
        required=False,
        max_length=400,
        help_text=_("Words of the address, separated by commas, for example names of subdistricts."),
    )
    method = forms.ChoiceField(label=_("Who gets it"), choices=list(METHOD.items()), widget=forms.RadioSelect)
    officers = forms.MultipleChoiceField(
        label=_("Among these officers"),
        required=False,
        help_text=_("None ticked: all whose post does the step."),
        widget=forms.CheckboxSelectMultiple,
    )
    most = forms.IntegerField(
        label=_("Pass over who has as many open cases"),
        required=False,
        min_value=0,
        max_value=999,
        help_text=_("Empty or 0: no limit."),
        widget=forms.NumberInput(attrs={"width": "4"}),
    )
    note = forms.CharField(label=_("Why this rule"), required=False, max_length=200)

    def prepare(self) -> None:
        """Steps, own items, colleagues."""
        items = own_items(self.actor, self.day)
        self.choose("duty", duty_choices())
        self.choose("items", [(key, spec.name) for key, spec in items])
        self.choose("officers", colleagues(self.actor, self.day))

    def entry(self) -> RuleEntry:
        """The rule as entered."""
        data = self.cleaned_data
        words = data["places"].replace("，", ",").replace("、", ",").split(",")
        return RuleEntry(
            duty=data["duty"],
            method=data["method"],
            items=tuple(data["items"]),
            places=tuple(word.strip() for word in words if word.strip()),
            situation={"kind": data["kinds"], "channel": data["channels"]},
            officers=tuple(data["officers"]),
            most=data["most"] or 0,
            note=data["note"],
        )


class TryForm(PeopleForm):
    """Who would get a case: one described here, or one that waits."""

    duty = forms.ChoiceField(label=_("Step"))
    item = forms.ChoiceField(label=_("Item"), required=False)
    place = forms.CharField(label=_("Address of the case"), required=False, max_length=100)
    number = forms.CharField(label=_("Or the number of an open case"), required=False, max_length=50)

    def prepare(self) -> None:
        """Steps and own items."""
        self.choose("duty", duty_choices())
        items = own_items(self.actor, self.day)
        self.choose("item", [("", _("Any item")), *((key, spec.name) for key, spec in items)])
