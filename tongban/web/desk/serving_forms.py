"""Forms of service and of the delivery log: plain values; what is allowed, the services decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongban.cases.queries import DocumentService, ServingView
from tongban.web.desk.taking import TakingForm
from tongban.web.looking import Dated
from tongban.web.serving_words import CHANNEL, MEANS, STATE


class ServeForm(TakingForm):
    """What a signed receipt of service says; ``reason`` only where a record is corrected.

    What is missing the rules say, all of it at once: nothing is required here, and ``asked`` only marks.
    """

    asked = frozenset({"means", "served_on", "server", "reason"})

    means = forms.ChoiceField(label=_("How it was served"), widget=forms.RadioSelect, required=False)
    served_on = forms.DateField(
        label=_("Date of service"),
        required=False,
        help_text=_("As it stands on the receipt, for example 2026-03-02."),
        error_messages={"invalid": _("Write the day like this: 2026-01-31.")},
    )
    receiver = forms.CharField(
        label=_("Who signed for it"),
        max_length=100,
        required=False,
        help_text=_("Not for what was left there or announced."),
    )
    server = forms.CharField(label=_("Who served it"), max_length=100, required=False)
    witness = forms.CharField(
        label=_("Witness"), max_length=100, required=False, help_text=_("Only for what was refused and left there.")
    )
    note = forms.CharField(
        label=_("Remark"),
        required=False,
        help_text=_("Why it was not taken, who took it for the addressee, the number of the parcel."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    scan = forms.FileField(
        label=_("Scan of the signed receipt"),
        required=False,
        help_text=_("PDF, JPG or PNG."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )
    reason = forms.CharField(
        label=_("Why the record is corrected"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, view: ServingView, row: DocumentService, *args: Any, **kwargs: Any) -> None:
        if row.record is not None:
            own = ("means", "served_on", "receiver", "server", "witness", "note")
            kwargs.setdefault("initial", {name: getattr(row.record, name) for name in own})
        super().__init__(*args, **kwargs)
        field = self.fields["means"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(means.key, MEANS[means.key]) for means in view.means]
        if row.record is None:
            del self.fields["reason"]


class LogForm(Dated):
    """What the delivery log is narrowed to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = ("", _("all"))
        own: dict[str, forms.Field] = {
            "q": forms.CharField(label=_("Case number or part of an address"), required=False, max_length=100),
            "channel": forms.ChoiceField(label=_("Channel"), required=False, choices=[everything, *CHANNEL.items()]),
            "state": forms.ChoiceField(label=_("State"), required=False, choices=[everything, *STATE.items()]),
        }
        self.fields = {**own, **self.fields}


class ResendForm(TakingForm):
    """Why a message is sent once more."""

    reason = forms.CharField(
        label=_("Why it is sent once more"),
        required=False,
        max_length=200,
        help_text=_("For example: the applicant called and has not got it."),
    )
