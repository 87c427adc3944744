"""Forms of one's own sign-in, and of the steps on the way into it."""

from __future__ import annotations

from typing import Any

import segno
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tongban.accounts import queries as accounts
from tongban.web import entering
from tongban.web.desk.taking import TakingForm


def rules() -> dict[str, Any]:
    """The installation's rules, for the page that asks for a password."""
    return {
        "length": settings.PASSWORD_MIN_LENGTH,
        "classes": settings.PASSWORD_CLASSES,
        "history": settings.PASSWORD_HISTORY,
        "days": settings.PASSWORD_DAYS,
    }


def enrolment(request: HttpRequest, user_id: int) -> dict[str, str]:
    """The secret as picture and as text. The picture stands in the page itself: no address, no cache has it."""
    secret = entering.enrolling(request)
    address = accounts.address(secret, entering.username_of(user_id))
    picture = segno.make(address, error="m", micro=False).svg_data_uri(
        scale=4, border=4, dark="#0b1f3a", light="#ffffff"
    )
    return {"picture": picture, "secret": accounts.written(secret)}


def _secret(label: Any, name: str, required: Any, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": name}),
        error_messages={"required": required},
    )


def _code(hint: Any) -> forms.CharField:
    return forms.CharField(
        label=_("One-time code"),
        help_text=hint,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
        error_messages={
            "required": _("Write the code that the app shows."),
            "max_length": _("Write the code that the app shows."),
        },
    )


class CodeForm(TakingForm):
    """The second factor at sign-in."""

    code = _code(_("The six digits that the app shows now, or one of your recovery codes."))


class NewPasswordForm(TakingForm):
    """A new password, where the present one was just given."""

    password = _secret(_("New password"), "new-password", _("Write the new password."))
    again = _secret(_("New password once more"), "new-password", _("Write the new password a second time."))


class ChangePasswordForm(NewPasswordForm):
    """A new password from within a session."""

    field_order = ["old", "password", "again"]
    old = _secret(_("Present password"), "current-password", _("Write the password you signed in with."))


class EnrolForm(TakingForm):
    """The first code of a new second factor."""

    code = _code(_("The six digits that the app shows after it has read the picture."))


class EnrolAgainForm(EnrolForm):
    """The same from within a session, with the password: a desk left open gives nobody a factor of their own."""

    field_order = ["old", "code"]
    old = _secret(_("Present password"), "current-password", _("Write the password you signed in with."))
