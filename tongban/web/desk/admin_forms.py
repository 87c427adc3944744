"""Forms of the system and the security administrator: plain values; what is allowed, the services decide."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongban.accounts import queries as accounts
from tongban.core.actors import Duty
from tongban.core.administrators import AdminRole
from tongban.core.dates import legal_date
from tongban.web.desk import wording
from tongban.web.desk.taking import TakingForm
from tongban.web.looking import LOOK, Dated


def _line(label: Any, required: Any, hint: Any = "", most: int = 100) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, max_length=most, error_messages={"required": required})


class AccountForm(TakingForm):
    """A new account."""

    username = _line(
        _("User name"),
        _("Write the user name."),
        _("3 to 40 small letters, digits, dots or dashes; a letter comes first. It is not changed later."),
    )
    name = _line(_("Name"), _("Write the full name."))


class PostForm(TakingForm):
    """A new post."""

    key = _line(
        _("Key of the post"),
        _("Write the key."),
        _("Small letters, for example approval.window. It stays."),
    )
    name = _line(_("Name of the post"), _("Write what the post is called."))
    organisation = forms.ChoiceField(label=_("Organisation"), error_messages={"required": _("Choose an organisation.")})
    duties = forms.MultipleChoiceField(
        label=_("Duties"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(str(duty), wording.DUTY[str(duty)]) for duty in Duty],
        error_messages={"required": _("Choose at least one duty.")},
    )
    level = forms.TypedChoiceField(label=_("Level"), coerce=int, choices=list(wording.LEVEL.items()), initial=4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose")), *accounts.all_organisations()]


class DeedForm(TakingForm):
    """A deed on an account, with its reason."""

    reason = _line(
        _("Reason"),
        _("Write in one sentence why, and who asked for it."),
        _("The audit administrator reads it. No personal data of applicants."),
        most=200,
    )

    def __init__(self, *args: Any, account: accounts.AccountView, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account, self.now = account, now
        self.prepare()

    def prepare(self) -> None:
        """Fill the choices."""

    def choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        """Set the choices of a field."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose")), *choices]


class GrantPostForm(DeedForm):
    """A post from a day on."""

    field_order = ["post", "first", "reason"]
    post = forms.ChoiceField(label=_("Post"), error_messages={"required": _("Choose a post.")})
    first = forms.DateField(
        label=_("First day"), widget=forms.DateInput, error_messages={"required": _("Write the first day.")}
    )

    def prepare(self) -> None:
        """The posts that the officer does not hold."""
        held = {row[0] for row in self.account.posts}
        rows = accounts.all_posts(self.now)
        self.choose("post", [(row.key, f"{row.organisation} · {row.name}") for row in rows if row.key not in held])
        self.fields["first"].initial = legal_date(self.now)


class EndPostForm(DeedForm):
    """A post that ends."""

    field_order = ["post", "reason"]
    post = forms.ChoiceField(label=_("Post"), error_messages={"required": _("Choose a post.")})

    def prepare(self) -> None:
        """The posts that the officer holds."""
        self.choose("post", [(row[0], f"{row[2]} · {row[1]}") for row in self.account.posts])


class GrantRoleForm(DeedForm):
    """One of the three roles."""

    field_order = ["role", "reason"]
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(str(role), wording.ADMIN_ROLE[str(role)]) for role in AdminRole],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role.")},
    )


class AccountFilter(forms.Form):
    """What of the accounts is shown."""

    q = forms.CharField(label=_("Name or user name"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All")),
            ("active", _("in use")),
            ("disabled", _("disabled")),
            ("locked", _("closed after wrong tries")),
            ("no_factor", _("without second factor")),
        ],
    )
    role = forms.ChoiceField(
        label=_("Role"),
        required=False,
        choices=[("", _("All")), ("any", _("Administrators")), *wording.ADMIN_ROLE.items()],
    )


class SignInFilter(Dated):
    """What of the sign-ins is shown."""

    q = forms.CharField(label=_("Name or user name"), required=False, max_length=100)
    outcome = forms.ChoiceField(label=_("Outcome"), required=False, choices=[("", _("All")), *wording.SIGN_IN.items()])
    kind = forms.ChoiceField(
        label=_("Account"),
        required=False,
        choices=[
            ("", _("All")),
            ("staff", _("Officers")),
            ("admin", _("Administrators")),
            ("applicant", _("Applicants")),
            ("unknown", _("No such account")),
        ],
    )


class LookFilter(Dated):
    """What of the looks is shown."""

    q = forms.CharField(label=_("Name of who looked"), required=False, max_length=100)
    what = forms.ChoiceField(label=_("What"), required=False, choices=[("", _("All")), *LOOK.items()])


class EventFilter(forms.Form):
    """What of the events is shown."""

    chains = forms.ChoiceField(
        label=_("About"),
        required=False,
        choices=[
            ("account:", _("Accounts")),
            ("posts:", _("Posts and rules")),
            ("access:", _("Numbers seen in full")),
            ("exports:", _("Exported lists")),
            ("region:", _("The district's file")),
            ("", _("Everything")),
        ],
    )
    actor = forms.CharField(label=_("User name of who acted"), required=False, max_length=100)
