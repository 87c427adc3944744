"""Form fields for govuk markup, from a Django form or made by hand for the catalogue's own forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext

from tongban.core.errors import FieldError
from tongban.web.language import is_chinese
from tongban.web.wording import say

KINDS = (
    "text", "textarea", "radios", "segments", "checkboxes", "select", "date", "file", "checkbox", "password", "number",
)  # fmt: skip


@dataclass(frozen=True)
class Option:
    """One choice of radios, checkboxes or a list."""

    value: str
    label: str
    hint: str = ""
    chosen: bool = False
    id: str = ""


@dataclass(frozen=True)
class Field:
    """Everything a field's markup needs. ``kind`` is one of :data:`KINDS`; ``attrs`` are extra attributes."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    hint: str = ""
    errors: tuple[str, ...] = ()
    required: bool = True
    options: tuple[Option, ...] = ()
    unit: str = ""
    prefix: str = ""
    width: str = ""
    id: str = ""
    autocomplete: str = ""
    inputmode: str = ""
    maxlength: int | None = None
    most: int | None = None  # characters of a text area: shown, not enforced, while typing
    rows: int = 4
    accept: str = ""
    multiple: bool = False
    capture: str = ""
    placeholder: str = ""
    minimum: str = ""
    maximum: str = ""
    spellcheck: bool = True
    attrs: Mapping[str, str] = field(default_factory=dict)

    @property
    def field_id(self) -> str:
        """The id of the control (of the first one, for a group)."""
        return self.id or f"id_{self.name}"

    @property
    def grouped(self) -> bool:
        """Whether the controls need a fieldset with a legend."""
        return self.kind in ("radios", "segments", "checkboxes")

    @property
    def described_by(self) -> str:
        """Value of ``aria-describedby``: hint and error."""
        parts = [f"{self.field_id}-hint"] if self.hint else []
        parts += [f"{self.field_id}-error"] if self.errors else []
        return " ".join(parts)

    @property
    def input_type(self) -> str:
        """The ``type`` of the input. A number stays text with a numeric keypad: no spinner eats a wheel turn."""
        return {"password": "password", "date": "date", "file": "file"}.get(self.kind, "text")

    @property
    def keypad(self) -> str:
        """The ``inputmode``."""
        return self.inputmode or ("decimal" if self.kind == "number" else "")


def field_of(source: BoundField | Field, **changes: Any) -> Field:
    """The field of ``source`` with ``changes`` laid over it."""
    made = from_bound(source) if isinstance(source, BoundField) else source
    return replace(made, **changes) if changes else made


#: Widget attributes that the markup writes itself.
_OWN = ("autocomplete", "inputmode", "accept", "capture", "rows")


def from_bound(bound: BoundField) -> Field:
    """A Django form's field, by its widget."""
    widget = bound.field.widget
    attrs = dict(widget.attrs)
    known = {
        name: attrs.pop(name) for name in ("autocomplete", "inputmode", "accept", "capture", "rows") if name in attrs
    }
    for name in ("maxlength", "cols", "step", "min", "max"):
        attrs.pop(name, None)
    multiple = bool(attrs.pop("multiple", False)) or getattr(widget, "allow_multiple_selected", False)
    raw = bound.value()
    return Field(
        name=bound.html_name,
        label=str(bound.label or ""),
        kind=_kind(bound),
        value=_text(bound, raw),
        hint=str(bound.help_text or ""),
        errors=tuple(form_errors(bound.form, bound.name)),
        required=bound.field.required,
        options=_options(bound, raw),
        unit=str(attrs.pop("unit", "")),
        width=str(attrs.pop("width", "")),
        id=bound.id_for_label or bound.auto_id,
        autocomplete=str(known.get("autocomplete", "")),
        inputmode=str(known.get("inputmode", "")),
        maxlength=getattr(bound.field, "max_length", None),
        most=getattr(bound.field, "most", None) or getattr(bound.field, "max_length", None),
        rows=int(known.get("rows", 4)),
        accept=str(known.get("accept", "")),
        multiple=multiple,
        capture=str(known.get("capture", "")),
        attrs={key: str(value) for key, value in attrs.items() if value not in (None, False, "")},
    )


def _kind(bound: BoundField) -> str:
    widget = bound.field.widget
    asked = widget.attrs.get("kind")
    if asked in KINDS:
        widget.attrs = {key: value for key, value in widget.attrs.items() if key != "kind"}
        return str(asked)
    for base, kind in (
        (forms.CheckboxSelectMultiple, "checkboxes"),
        (forms.RadioSelect, "radios"),
        (forms.Select, "select"),
        (forms.CheckboxInput, "checkbox"),
        (forms.Textarea, "textarea"),
        (forms.FileInput, "file"),
        (forms.PasswordInput, "password"),
        (forms.DateInput, "date"),
        (forms.NumberInput, "number"),
    ):
        if isinstance(widget, base):
            return kind
    return "text"


def _text(bound: BoundField, raw: Any) -> str:
    if raw is None or isinstance(bound.field.widget, forms.PasswordInput | forms.FileInput):
        return ""
    if isinstance(bound.field.widget, forms.CheckboxInput):
        return "on" if bound.field.widget.check_test(raw) else ""
    prepared = bound.field.prepare_value(raw)
    if hasattr(prepared, "isoformat"):
        return str(prepared.isoformat())
    return str(prepared)


def _options(bound: BoundField, raw: Any) -> tuple[Option, ...]:
    choices = getattr(bound.field, "choices", None)
    if choices is None:
        return ()
    chosen = {str(value) for value in (raw if isinstance(raw, list | tuple | set) else [raw]) if value is not None}
    found: list[Option] = []
    for value, label in choices:
        number = len(found)
        own_id = bound.auto_id if number == 0 else f"{bound.auto_id}-{number + 1}"
        found.append(Option(str(value), str(label), chosen=str(value) in chosen, id=own_id))
    return tuple(found)


@dataclass(frozen=True)
class ErrorLink:
    """A line of the error summary: the same words as beside the field, and where the field is."""

    text: str
    href: str = ""


def error_links(source: object) -> list[ErrorLink]:
    """Lines of the summary for a form, for core field errors, or for ready (href, text) pairs."""
    if source is None:
        return []
    if isinstance(source, forms.BaseForm):
        return _of_form(source)
    if isinstance(source, Mapping):
        source = [
            (name, text) for name, texts in source.items() for text in ([texts] if isinstance(texts, str) else texts)
        ]
    if isinstance(source, Iterable) and not isinstance(source, str):
        return [_line(entry) for entry in source]
    return [ErrorLink(str(source))]


def form_errors(form: forms.BaseForm, name: str) -> list[str]:
    """The errors of one field. Django's "This field is required" becomes a sentence that names the field."""
    if name not in form.errors:
        return []
    field_ = form.fields.get(name)
    texts = []
    for error in form.errors[name].as_data():
        plain = str(error.messages[0]) if len(error.messages) == 1 else " ".join(error.messages)
        if field_ is not None and error.code == "required" and plain == str(_DEFAULT_REQUIRED):
            plain = _missing(field_, str(form[name].label or ""))
        texts.append(plain)
    return texts


_DEFAULT_REQUIRED = forms.Field.default_error_messages["required"]


def _missing(field_: forms.Field, label: str) -> str:
    if isinstance(field_, forms.BooleanField):
        return gettext("Tick “%(label)s”") % {"label": label}
    if isinstance(field_, forms.ChoiceField):
        return gettext("Choose: %(label)s") % {"label": label}
    if isinstance(field_, forms.FileField):
        return gettext("Choose a file: %(label)s") % {"label": label}
    return gettext("Fill in: %(label)s") % {"label": label}


def _of_form(form: forms.BaseForm) -> list[ErrorLink]:
    lines = []
    for name in form.errors:
        href = f"#{form[name].auto_id}" if name in form.fields else ""
        lines += [ErrorLink(text, href) for text in form_errors(form, name)]
    return lines


def _line(entry: object) -> ErrorLink:
    if isinstance(entry, ErrorLink):
        return entry
    if isinstance(entry, FieldError):
        return ErrorLink(error_text(entry), f"#id_{entry.field}")
    if isinstance(entry, tuple) and len(entry) == 2:
        name, text = str(entry[0]), str(entry[1])
        return ErrorLink(text, name if name.startswith("#") else f"#id_{name}")
    return ErrorLink(str(entry))


def error_text(error: FieldError) -> str:
    """What is wrong and how to mend it, in the reader's language."""
    return f"{say(error.message, error.params)}{_gap(error)}{say(error.remedy, error.params)}"


def _gap(error: FieldError) -> str:
    return "" if is_chinese() or not error.remedy else " "
