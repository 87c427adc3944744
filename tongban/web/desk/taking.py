"""Forms that show what a service said of their entries, and the one way in which a page tries them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms

from tongban.core.errors import DomainError, Invalid
from tongban.web.desk import wording
from tongban.web.desk.access import DeskRequest


class TakingForm(forms.Form):
    """A form that puts a service's complaints beside the entries."""

    def take(self, error: DomainError) -> None:
        """A service's complaints, each at its entry; a refusal of the whole above them."""
        faults = error.errors if isinstance(error, Invalid) else ()
        for fault in faults:
            self.add_error(fault.field if fault.field in self.fields else None, wording.fault(fault))
        if not faults:
            self.add_error(None, wording.with_remedy(error))


def attempt(request: DeskRequest, form: TakingForm, act: Callable[[dict[str, Any]], object]) -> int | None:
    """Do what was posted. None: it is done. Otherwise the status under which the form is shown, entries kept."""
    if request.method != "POST":
        return 200
    if not form.is_valid():
        return 422
    try:
        act(form.cleaned_data)
    except DomainError as error:
        form.take(error)
        return 422 if isinstance(error, Invalid) else error.status
    return None
