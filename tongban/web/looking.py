"""The log of who looked, as the portal and the desk both show it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

#: What somebody looked at.
LOOK = {
    "case": _("opened the case"),
    "print": _("printed the case"),
    "file": _("opened a file"),
    "reveal": _("saw a number in full"),
    "licence": _("opened the licence"),
    "export": _("exported a list with it"),
    "officer": _("opened the officer's page"),
    "account": _("opened the account"),
}


class Dated(forms.Form):
    """A list from one day to another; a day that is none is told and not asked for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("from", _("From")), ("to", _("To"))):
            self.fields[name] = forms.DateField(
                label=label,
                required=False,
                widget=forms.DateInput,
                error_messages={"invalid": _("Write the day like this: 2026-01-31.")},
            )

    def value(self, name: str) -> Any:
        """What was asked for; nothing where the entry was wrong."""
        return self.cleaned_data.get(name) or (None if name in ("from", "to") else "")
