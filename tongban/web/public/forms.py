"""Plain Django forms of the portal: signing in, registering, looking up, signing, answering."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongban.cases.queries import Wanted
from tongban.core.codes.faults import Fault
from tongban.core.codes.identity import is_mobile, normalise, resident_id_fault, uscc_fault
from tongban.core.codes.licences import licence_identifier_fault
from tongban.core.errors import FieldError
from tongban.web.public.wording import joined, today
from tongban.web.wording import say

#: A PDF's header stands in its first bytes (PDF 1.7, annex H, note 13).
PDF_HEAD = 1024
_DASHES = re.compile(r"[\u2010-\u2015\u2212\uff0d]+")


class Plain(forms.Form):
    """A form whose errors are the services' own words."""

    def take(self, errors: Iterable[FieldError], whole: str = "") -> None:
        """Put the services' errors beside the fields they name; ``whole`` is said on top if there is none."""
        found = False
        for error in errors:
            name = error.field if error.field in self.fields else None
            self.add_error(name, joined(say(error.message, error.params), say(error.remedy, error.params)))
            found = True
        if not found and whole:
            self.add_error(None, whole)


class SignIn(Plain):
    """Any handle, one password."""

    handle = forms.CharField(
        label=_("Identity number, unified social credit code, mobile phone or e-mail"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
        error_messages={"required": _("Write the number you registered with.")},
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Write your password.")},
    )


class _Register(Plain):
    phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=30,
        help_text=_("We send word to it when a case needs you."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"required": _("Write 11 digits, for example 13800000000.")},
    )
    email = forms.CharField(
        label=_("E-mail"),
        max_length=200,
        required=False,
        help_text=_("Notices are sent there as well."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        help_text=_("At least 10 characters, letters and digits."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Choose a password.")},
    )

    def clean_phone(self) -> str:
        """A mobile number; blanks in it do not matter."""
        phone = "".join(self.cleaned_data["phone"].split())
        if not is_mobile(phone):
            raise forms.ValidationError(_("Write 11 digits, for example 13800000000."))
        return phone

    def values(self) -> dict[str, Any]:
        """What the registration service takes."""
        return dict(self.cleaned_data)


def _checked(number: str, fault: Fault | None) -> str:
    """``number``, or an error that says what is wrong with it and what to compare it with."""
    if fault is not None:
        raise forms.ValidationError(joined(say(fault.message, fault.params), say(fault.remedy, fault.params)))
    return number


class RegisterPerson(_Register):
    """A natural person."""

    field_order = ["name", "id_number", "phone", "email", "password"]
    name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write the name on your identity card.")},
    )
    id_number = forms.CharField(
        label=_("Resident identity number"),
        max_length=40,
        help_text=_("The 18 characters on the identity card."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Write the 18 characters on the identity card.")},
    )

    def clean_id_number(self) -> str:
        """With its check digit."""
        number = normalise(self.cleaned_data["id_number"])
        return _checked(number, resident_id_fault(number, today=today()))


class RegisterEnterprise(_Register):
    """An enterprise or other body, with the agent who signs in for it."""

    field_order = ["name", "id_number", "legal_representative", "address", "agent_name", "phone", "email", "password"]
    name = forms.CharField(
        label=_("Name of the enterprise or body"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"required": _("Write the name on the business licence.")},
    )
    id_number = forms.CharField(
        label=_("Unified social credit code"),
        max_length=40,
        help_text=_("The 18 characters on the business licence."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Write the 18 characters on the business licence.")},
    )
    legal_representative = forms.CharField(
        label=_("Legal representative"),
        max_length=100,
        error_messages={"required": _("Write the name on the business licence.")},
    )
    address = forms.CharField(label=_("Registered address"), max_length=300, required=False)
    agent_name = forms.CharField(
        label=_("Your own name"),
        max_length=100,
        help_text=_("You handle this enterprise's applications; notices name you as its agent."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write your name.")},
    )

    def clean_id_number(self) -> str:
        """With its check character."""
        number = normalise(self.cleaned_data["id_number"])
        return _checked(number, uscc_fault(number))


class Contact(Plain):
    """What applicants correct themselves."""

    phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=30,
        help_text=_("We send word to it when a case needs you. You may sign in with it."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"required": _("Write 11 digits, for example 13800000000.")},
    )
    email = forms.CharField(
        label=_("E-mail"),
        max_length=200,
        required=False,
        help_text=_("Notices are sent there as well."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    address = forms.CharField(label=_("Address"), max_length=300, required=False)


class Ask(Plain):
    """What a holder asks of the authority about a licence."""

    reason = forms.CharField(
        label=_("What happened, or which entry is wrong and what it should be"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": _("Write in a sentence or two what happened or what is wrong."),
            "max_length": _("At most 1000 characters."),
        },
    )


def half_width(text: str) -> str:
    """``text`` with the letters, digits and dashes of a Chinese keyboard written as codes have them."""
    return _DASHES.sub("-", unicodedata.normalize("NFKC", text))


class LookUp(Plain):
    """Case number and look-up code."""

    number = forms.CharField(
        label=_("Case number"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Write the case number on the receipt.")},
    )
    code = forms.CharField(
        label=_("Look-up code (6 characters, on the receipt)"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        error_messages={"required": _("Write the look-up code on the receipt.")},
    )

    def clean_number(self) -> str:
        """Full-width digits and long dashes do no harm."""
        return half_width(self.cleaned_data["number"]).strip()

    def clean_code(self) -> str:
        """Small and full-width letters do no harm."""
        return half_width(self.cleaned_data["code"]).strip().upper()


class VerifyFile(Plain):
    """A licence's PDF to be compared with the register."""

    file = forms.FileField(
        label=_("The licence's PDF file"),
        help_text=_("It is compared and not kept. At most 20 MB."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
        allow_empty_file=True,
        error_messages={"required": _("Choose the PDF file of a licence.")},
    )

    def clean_file(self) -> Any:
        """Whatever is no PDF is said to be none, rather than compared and called unknown."""
        file = self.cleaned_data["file"]
        head = file.read(PDF_HEAD)
        file.seek(0)
        if not head:
            raise forms.ValidationError(_("The file is empty. Choose the licence's PDF file."))
        if b"%PDF-" not in head:
            raise forms.ValidationError(
                _("This is not a PDF file. A picture or a printout is verified by its QR code or its identifier.")
            )
        return file


class VerifyIdentifier(Plain):
    """The identifier printed at the foot of a licence."""

    identifier = forms.CharField(
        label=_("Licence identifier"),
        max_length=150,
        help_text=_("At the foot of the licence, beginning with 1.2.156.3005.2."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Copy the identifier from the foot of the licence.")},
    )

    def clean_identifier(self) -> str:
        """Blanks and small letters do no harm; a slip of the pen is said before the register is asked."""
        text = "".join(half_width(self.cleaned_data["identifier"]).split()).upper().replace("。", ".")
        fault = licence_identifier_fault(text)
        if fault is not None:
            raise forms.ValidationError(joined(say(fault.message), say(fault.remedy)))
        return text


class Sign(Plain):
    """The truthfulness statement and the signature."""

    declared = forms.BooleanField(label="", required=False)
    signature = forms.CharField(
        label=_("Signature"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    submission_key = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput())


class Withdraw(Plain):
    """Taking an application back."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": _("At most 500 characters fit.")},
    )
    seq = forms.IntegerField(required=False, widget=forms.HiddenInput())


class Answer(Plain):
    """The answer to a question of the authority."""

    answer = forms.CharField(
        label=_("Your answer"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={
            "required": _("Write your answer."),
            "max_length": _("At most 4000 characters fit; put the details into an attachment."),
        },
    )
    seq = forms.IntegerField(required=False, widget=forms.HiddenInput())


class FindDecisions(Plain):
    """What is looked for in the register of decisions; nothing has to be filled in."""

    words = forms.CharField(
        label=_("Name or number"),
        help_text=_(
            "Of a body the name or part of it; of a decision or certificate the whole number. Persons: by number only."
        ),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    item = forms.CharField(
        label=_("Item"), max_length=100, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    since = forms.DateField(label=_("Decided from"), required=False, widget=forms.DateInput)
    until = forms.DateField(label=_("Decided until"), required=False, widget=forms.DateInput)
    track = forms.CharField(max_length=10, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for name in ("since", "until"):
            self.fields[name].error_messages["invalid"] = _("Write the date as 2026-10-16.")

    def clean(self) -> dict[str, Any]:
        """A period that ends before it begins finds nothing; it is said."""
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day is before the first one. Exchange the two."))
        return data

    def wanted(self) -> Wanted:
        """The entries as the register takes them."""
        data = self.cleaned_data
        return Wanted(data["words"], data["item"], data["since"], data["until"], data["track"])


class ServiceAddress(Plain):
    """Where documents are served electronically, and the consent."""

    means = forms.ChoiceField(
        label=_("Where your documents are to be served"), widget=forms.RadioSelect, required=False
    )
    agreed = forms.BooleanField(label=_("I have read the text above and agree to it"), required=False)

    def __init__(self, addresses: Mapping[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {"inapp": _("Inbox of this site"), "mail": _("E-mail"), "phone": _("Mobile phone")}
        field = self.fields["means"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, f"{names[key]} {address}".strip()) for key, address in addresses.items()]
