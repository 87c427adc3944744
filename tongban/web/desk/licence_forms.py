"""Forms of the licence pages: what is looked for, and what an officer does or proposes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongban.core.licensing import TAKING_LABELS, VALID_FROM, VALID_TO
from tongban.licences import content
from tongban.licences.states import GROUND_LABELS
from tongban.licences.values import LicenceView
from tongban.web.desk.taking import TakingForm
from tongban.web.licencewords import STANDINGS, entry_name
from tongban.web.wording import cite, say

MOST_REASON = 1000
_ENTRY = "entry."
_LONG = 30


class LicenceFilter(forms.Form):
    """What an officer looks for."""

    q = forms.CharField(
        label=_("Number, holder or ID number"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    state = forms.ChoiceField(label=_("State"), required=False)
    type = forms.ChoiceField(label=_("Type"), required=False)

    def __init__(self, *args: Any, types: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [(key, say(name)) for key, (name, _kind, _icon) in STANDINGS.items()]
        states.insert(1, ("ending", str(_("Ending within 90 days"))))
        for name, choices in (("state", states), ("type", types)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", str(_("All"))), *choices]

    def value(self, name: str) -> str:
        """What was asked for; nothing where the entry was wrong."""
        return str(self.cleaned_data.get(name) or "")


class ActForm(TakingForm):
    """One step with its reason; subclasses ask for what the step needs besides."""

    seq = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why"),
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Write the facts and the provision this rests on."),
            "max_length": _("At most 1000 characters."),
        },
    )

    def __init__(self, *args: Any, seen: LicenceView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen = seen
        self.prepare()

    def prepare(self) -> None:
        """Fill the choices."""

    def values(self) -> dict[str, Any]:
        """What the service takes besides the reason."""
        return {}


class GroundForm(ActForm):
    """A step on one of several grounds that the law names."""

    field_order = ["ground", "reason", "seq"]
    ground = forms.ChoiceField(
        label=_("Ground"), widget=forms.RadioSelect, error_messages={"required": _("Choose the ground.")}
    )
    labels: Any = TAKING_LABELS

    def prepare(self) -> None:
        """The grounds, each with its provision."""
        field = self.fields["ground"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(key), f"{say(text)} {cite(key.citation)}") for key, text in self.labels.items()]

    def values(self) -> dict[str, Any]:
        """The ground."""
        return {"ground": self.cleaned_data["ground"]}


class CancelForm(GroundForm):
    """Deregistration on one of the six grounds."""

    labels = GROUND_LABELS


class CorrectForm(ActForm):
    """Every entry as it is printed; what is changed is what is corrected."""

    def prepare(self) -> None:
        """One input for each entry, the reason after them."""
        for key, text in content.entries(self.seen).items():
            widget: forms.Widget = forms.TextInput()
            if "\n" in text or len(text) > _LONG:
                widget = forms.Textarea(attrs={"rows": 2})
            hint = str(_("Write it like 2026-01-31.")) if key in (VALID_FROM, VALID_TO) else ""
            self.fields[_ENTRY + key] = forms.CharField(
                label=entry_name(self.seen, key),
                initial=text,
                required=False,
                max_length=1000,
                widget=widget,
                help_text=hint,
            )
        self.order_fields([*(name for name in self.fields if name.startswith(_ENTRY)), "reason", "seq"])
        self.fields["reason"].label = _("How the error came about, and where the right entry stands")

    def entries(self) -> dict[str, str]:
        """The entries as typed, by key."""
        plain = {key.removeprefix(_ENTRY): text for key, text in self.cleaned_data.items() if key.startswith(_ENTRY)}
        return {key: text.replace("\r\n", "\n") for key, text in plain.items()}

    def values(self) -> dict[str, Any]:
        """The entries."""
        return {"entries": self.entries()}

    def take(self, error: Any) -> None:
        """Complaints name the entry; the input is called after it."""
        for fault in error.errors:
            name = _ENTRY + fault.field
            self.add_error(name if name in self.fields else None, say(fault.message) + say(fault.remedy))
        if not error.errors:
            self.add_error(None, say(error.message) + say(error.remedy))


FORMS: dict[str, type[ActForm]] = {"correct": CorrectForm, "revoke": GroundForm, "cancel": CancelForm}


class AnswerForm(TakingForm):
    """Turning something down."""

    answer = forms.CharField(
        label=_("Why it is turned down"),
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whoever asked reads it."),
        error_messages={"required": _("Write in a sentence or two why, and what can be done instead.")},
    )
