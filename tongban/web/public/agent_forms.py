"""Forms of an enterprise's agents: appointing, ending with take-over, and the agent's answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongban.accounts.queries import PowerView
from tongban.core.agency import Act, Terms
from tongban.web.agentwords import ACTS
from tongban.web.public.forms import Plain

ALL, CHOSEN = "all", "chosen"
#: How long an authority lasts unless another day is written.
USUAL_YEARS = 1


class Appoint(Plain):
    """What the written authority is to say. ``items`` are the items an enterprise can apply for, key → name."""

    agent_name = forms.CharField(
        label=_("The agent's name"),
        max_length=100,
        help_text=_("As on the identity card."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Write the full name.")},
    )
    handle = forms.CharField(
        label=_("The agent's mobile phone or identity number"),
        max_length=40,
        help_text=_("The number with which the agent signs in here. You are not told whether there is an account."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Copy the number with which the agent signs in here.")},
    )
    acts = forms.MultipleChoiceField(
        label=_("What the agent may do"),
        choices=[(act.value, ACTS[act]) for act in Act],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one.")},
    )
    scope = forms.ChoiceField(
        label=_("For which items"),
        choices=[(ALL, _("All items")), (CHOSEN, _("Only the items ticked below"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one.")},
    )
    chosen = forms.MultipleChoiceField(label=_("Items"), required=False, widget=forms.CheckboxSelectMultiple)
    first = forms.DateField(
        label=_("First day"),
        widget=forms.DateInput,
        error_messages={"required": _("Write a date."), "invalid": _("Write it as 2026-11-30.")},
    )
    last = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput,
        help_text=_("Both days included."),
        error_messages={"required": _("Write a date."), "invalid": _("Write it as 2026-11-30.")},
    )

    def __init__(self, *args: Any, items: Mapping[str, str], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        self.fields["chosen"].choices = list(items.items())  # type: ignore[attr-defined]
        self.initial = {"acts": [act.value for act in Act], "scope": ALL, "first": today, "last": _next_year(today)}

    def terms(self) -> Terms:
        """What was entered, for the service."""
        data = self.cleaned_data
        only = data["scope"] == CHOSEN
        return Terms(
            agent_name=data["agent_name"],
            acts=frozenset(Act(act) for act in data["acts"]),
            first=data["first"],
            last=data["last"],
            items=frozenset(data["chosen"]) if only else frozenset(),
            chosen_items=only,
        )

    def named(self) -> dict[str, str]:
        """The chosen items by key."""
        return {key: self.items[key] for key in self.cleaned_data["chosen"]}

    def entered(self) -> list[tuple[str, str]]:
        """Every entry as it was sent, to be carried through the page that shows the document."""
        names = [name for name in self.fields if name in self.data]
        return [(name, value) for name in names for value in self.data.getlist(name)]  # type: ignore[attr-defined]


def _next_year(day: date) -> date:
    """The last day of a year that begins on ``day``."""
    return date(day.year + USUAL_YEARS, day.month, min(day.day, 28))


class EndAgent(Plain):
    """Ending an authority: who takes over, and why."""

    to = forms.ChoiceField(label=_("Who takes over"), required=False, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        error_messages={"max_length": _("At most 200 characters fit.")},
    )

    def __init__(self, *args: Any, takers: list[PowerView], own: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = {row.agent: row.agent_name for row in takers}
        self.fields["to"].choices = [("", own), *people.items()]  # type: ignore[attr-defined]


class Accept(Plain):
    """The code that the enterprise told its agent."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("8 characters. The enterprise tells you; it stands beside the authority there."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
        error_messages={"required": _("Write the 8 characters.")},
    )


class UploadScan(Plain):
    """The scan of an authority that was signed on paper."""

    file = forms.FileField(
        label=_("Scan of the authority signed on paper"),
        help_text=_("PDF, JPG or PNG. The enterprise, the agent and the officers of its cases can see it."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        error_messages={"required": _("Choose the file."), "empty": _("The file is empty. Choose it again.")},
    )
