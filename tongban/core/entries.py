"""Reading one entry of a form: what was typed becomes the value that is stored, or an error in plain words.

Each function takes the field, what was entered, the path for errors and the :class:`Report`; it returns the value in
its one canonical spelling, or ``None`` when there is none (missing or wrong). ``tongban.core.forms`` composes them.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from tongban.core import codes
from tongban.core.errors import FieldError, gettext_noop
from tongban.core.items import FieldKind, FormField

#: Longest text accepted in one value, whatever the item says.
HARD_LIMIT = 20_000
#: Digits a number may have; more is a slip of the keyboard.
MAX_DIGITS = 15
EARLIEST_YEAR = 1850
LATEST_YEAR = 2200

Value = Any


class Report:
    """Collects errors; ``partial`` silences those that only say that something is still missing."""

    def __init__(self, *, today: dt.date, partial: bool) -> None:
        self.today = today
        self.partial = partial
        self.errors: list[FieldError] = []
        self.row = ""  # names the row of a table while its cells are read

    def wrong(self, path: str, field: FormField, message: str, remedy: str, **params: object) -> None:
        """Record an error; ``label`` is always among its parameters."""
        self.errors.append(FieldError(path, message, remedy, {"label": f"{self.row}{field.label}", **params}))

    def missing(self, path: str, field: FormField, message: str, remedy: str, **params: object) -> None:
        """Record that something is still missing, unless this is a draft."""
        if not self.partial:
            self.wrong(path, field, message, remedy, **params)


def clean_text(text: str, *, lines: bool = False) -> str:
    """``text`` without what nobody can see: control and zero-width characters, text-direction marks, outer blanks.

    Line ends are kept (as ``\\n``) only with ``lines``. Visible characters, HTML included, stay as they were.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not lines:
        text = re.sub(r"[\n\t\u2028\u2029]+", " ", text)
    return _INVISIBLE.sub("", text).strip()


#: Control characters (Unicode's Cc) but for line end and tabulator, and marks of format that nobody sees.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
#: Characters each of which stands alone: Latin letters, Chinese ones, and the signs used with them.
_SINGLE = re.compile("[\x00-\u02ff\u2010-\u2027\u3000-\u3029\u4e00-\u9fff\uff01-\uff60]*")
_HALF = re.compile("[\ud800-\udfff]")


def text_length(text: str) -> int:
    """How many characters a reader counts: 𠮷 is one, and so is a character with its variation selector."""
    if _SINGLE.fullmatch(text):
        return len(text)
    return sum(1 for char in text if not unicodedata.combining(char) and not _variation_selector(char))


def _variation_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _entered_text(field: FormField, raw: Any, path: str, report: Report, *, lines: bool = False) -> str:
    """The entered text, cleaned; empty when there is none or it cannot be read (which is reported)."""
    if raw is None or isinstance(raw, bool):
        raw = ""
    if isinstance(raw, (int, Decimal, dt.date)):
        raw = str(raw)
    if not isinstance(raw, str) or _HALF.search(raw):
        report.wrong(
            path, field, gettext_noop("%(label)s: the entry could not be read."), gettext_noop("Enter it once more.")
        )
        return ""
    text = clean_text(raw, lines=lines)
    if not text and field.required:
        report.missing(path, field, gettext_noop("Fill in: %(label)s"), _example_remedy(field), **_example(field))
    return text


def _compact(text: str) -> str:
    """Full-width letters and digits as half-width, without blanks: for numbers and codes."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def read_text(field: FormField, raw: Any, path: str, report: Report) -> Value:
    text = _entered_text(field, raw, path, report, lines=field.kind is FieldKind.TEXTAREA)
    if not text or not _short_enough(field, text, path, report):
        return None
    if field.pattern and re.fullmatch(field.pattern, text) is None:
        report.wrong(
            path,
            field,
            gettext_noop("%(label)s is not written in the form it needs."),
            _HELP if field.pattern_help else gettext_noop("Compare it with the document."),
            help=field.pattern_help.rstrip("。"),
        )
        return None
    return text


#: The item's own words on what is right, as a sentence.
_HELP = gettext_noop("%(help)s.")


def _short_enough(field: FormField, text: str, path: str, report: Report) -> bool:
    limit = min(field.max_length or HARD_LIMIT, HARD_LIMIT)
    length = text_length(text)
    if length <= limit and len(text) <= 4 * limit:
        return True
    report.wrong(
        path,
        field,
        gettext_noop("%(label)s has %(length)s characters; at most %(limit)s fit."),
        gettext_noop("Shorten it, or put the details into an attachment."),
        length=length,
        limit=limit,
    )
    return False


def read_number(field: FormField, raw: Any, path: str, report: Report) -> Value:
    text = _entered_text(field, raw, path, report)
    if not text:
        return None
    compact = _compact(text)
    unit = _compact(field.unit)
    if unit and compact.endswith(unit):
        compact = compact[: -len(unit)]
    value = _decimal(compact)
    if value is None:
        report.wrong(
            path, field, gettext_noop("%(label)s must be a number."), _example_remedy(field), **_example(field)
        )
        return None
    return _number_in_bounds(field, value, path, report)


def _decimal(text: str) -> Decimal | None:
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    if re.fullmatch(r"[+-]?\d+(\.\d+)?", text, re.ASCII) is None:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _number_in_bounds(field: FormField, value: Decimal, path: str, report: Report) -> Value:
    written = format(value, "f")
    digits = written.lstrip("-").lstrip("0")
    if len(digits.replace(".", "")) > MAX_DIGITS:
        report.wrong(
            path,
            field,
            gettext_noop("%(label)s has too many digits."),
            gettext_noop("Check the unit and the number of zeros."),
        )
        return None
    places = len(written.partition(".")[2])
    if places > field.decimals and value != round(value, field.decimals):
        if field.decimals:
            message = gettext_noop("%(label)s may have at most %(places)s decimal places.")
        else:
            message = gettext_noop("%(label)s must be a whole number.")
        report.wrong(path, field, message, _example_remedy(field), **{**_example(field), "places": field.decimals})
        return None
    params = {"minimum": field.minimum, "maximum": field.maximum, "unit": field.unit}
    if field.minimum and value < Decimal(field.minimum):
        report.wrong(
            path,
            field,
            gettext_noop("%(label)s must be at least %(minimum)s%(unit)s."),
            gettext_noop("Check the number and its unit."),
            **params,
        )
        return None
    if field.maximum and value > Decimal(field.maximum):
        report.wrong(
            path,
            field,
            gettext_noop("%(label)s must be at most %(maximum)s%(unit)s."),
            gettext_noop("Check the number and its unit."),
            **params,
        )
        return None
    if places > field.decimals:
        value = round(value, field.decimals)
    return format(value.copy_abs() if value == 0 else value, "f")


def _example(field: FormField) -> dict[str, object]:
    """What a right entry looks like; only kinds with a fixed spelling have one."""
    if field.kind is FieldKind.NUMBER:
        plain = field.minimum if field.minimum not in ("", "0") else ("240.5" if field.decimals else "240")
        if field.maximum and Decimal(plain) > Decimal(field.maximum):
            plain = field.maximum
        return {"example": plain}
    return {"example": _EXAMPLES[field.kind]} if field.kind in _EXAMPLES else {}


def _example_remedy(field: FormField) -> str:
    if field.kind is FieldKind.NUMBER:
        return gettext_noop("Write digits only, for example %(example)s.")
    if field.kind in _EXAMPLES:
        return gettext_noop("For example %(example)s.")
    return gettext_noop("This entry is needed to handle your application.")


_EXAMPLES = {
    FieldKind.DATE: "2026-07-01",
    FieldKind.PHONE: "13800001234",
    FieldKind.EMAIL: "name@example.com",
}


_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)|(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)


def read_date(field: FormField, raw: Any, path: str, report: Report) -> Value:
    if isinstance(raw, Mapping):
        parts = [str(raw.get(part) or "").strip() for part in ("year", "month", "day")]
        raw = "-".join(parts) if any(parts) else ""
    text = _entered_text(field, raw, path, report)
    if not text:
        return None
    found = _DATE.fullmatch(_compact(text))
    if found is None:
        report.wrong(path, field, gettext_noop("%(label)s is not a date."), _example_remedy(field), **_example(field))
        return None
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        value = dt.date(year, month, day)
    except ValueError:
        report.wrong(
            path,
            field,
            gettext_noop("%(label)s: the calendar has no day %(entered)s."),
            gettext_noop("Check the month and the day."),
            entered=f"{year:04}-{month:02}-{day:02}",
        )
        return None
    return _date_in_bounds(field, value, path, report)


def date_bound(bound: str, today: dt.date) -> dt.date | None:
    """The day a field's ``earliest`` or ``latest`` names: an ISO date, ``today``, or nothing."""
    if not bound:
        return None
    return today if bound == "today" else dt.date.fromisoformat(bound)


def _date_in_bounds(field: FormField, value: dt.date, path: str, report: Report) -> Value:
    earliest = date_bound(field.earliest, report.today) or dt.date(EARLIEST_YEAR, 1, 1)
    latest = date_bound(field.latest, report.today) or dt.date(LATEST_YEAR, 12, 31)
    if value < earliest:
        message, remedy = _EARLY.get(field.earliest, _BEFORE) if field.earliest else _NOT_LIKELY
    elif value > latest:
        message, remedy = _LATE.get(field.latest, _AFTER) if field.latest else _NOT_LIKELY
    else:
        return value.isoformat()
    report.wrong(
        path,
        field,
        message,
        remedy,
        entered=value,
        earliest=earliest,
        latest=latest,
    )
    return None


_COMPARE = gettext_noop("You entered %(entered)s: compare it with the document.")
_BEFORE = (gettext_noop("%(label)s must not be before %(earliest)s."), _COMPARE)
_AFTER = (gettext_noop("%(label)s must not be after %(latest)s."), _COMPARE)
#: The day of application as a bound: no document shows a day to come.
_EARLY = {
    "today": (
        gettext_noop("%(label)s must not be before today, %(earliest)s."),
        gettext_noop("You entered %(entered)s. Enter today or a later day."),
    )
}
_LATE = {
    "today": (gettext_noop("%(label)s must not be after today, %(latest)s."), _COMPARE),
}
_NOT_LIKELY = (
    gettext_noop("%(label)s: the year of %(entered)s cannot be right."),
    gettext_noop("Write the year with four digits."),
)


def read_choice(field: FormField, raw: Any, path: str, report: Report) -> Value:
    text = _entered_text(field, raw, path, report)
    if not text:
        return None
    return text if _is_choice(field, text, path, report) else None


def _is_choice(field: FormField, value: str, path: str, report: Report) -> bool:
    if any(choice.key == value for choice in field.choices):
        return True
    report.wrong(
        path,
        field,
        gettext_noop("%(label)s: this choice does not exist."),
        gettext_noop("Choose one of those shown."),
    )
    return False


def read_choices(field: FormField, raw: Any, path: str, report: Report) -> Value:
    entered = listed(raw)
    if entered is None:
        entered = []
        unreadable(field, path, report)
    values = list(dict.fromkeys(part for part in (clean_text(str(each)) for each in entered) if part))
    if not values:
        if field.required:
            report.missing(
                path, field, gettext_noop("Choose at least one: %(label)s"), gettext_noop("Tick all that apply.")
            )
        return None
    return values if all(_is_choice(field, value, path, report) for value in values) else None


def listed(raw: Any) -> list[Any] | None:
    """``raw`` as a list of texts: one text is a list of one; ``None`` when it is neither."""
    if raw is None or raw == "":
        return []
    if isinstance(raw, str):
        return [raw]
    if isinstance(raw, (list, tuple)) and all(isinstance(part, (str, int)) for part in raw):
        return list(raw)
    return None


def unreadable(field: FormField, path: str, report: Report) -> None:
    report.wrong(
        path, field, gettext_noop("%(label)s: the entry could not be read."), gettext_noop("Enter it once more.")
    )


_YES = frozenset({"true", "yes", "on", "1", "是"})
_NO = frozenset({"false", "no", "off", "0", "否"})


def read_boolean(field: FormField, raw: Any, path: str, report: Report) -> Value:
    text = str(raw).strip().lower() if isinstance(raw, (str, int)) else ""
    if text in _NO and field.must_agree:
        report.wrong(
            path,
            field,
            gettext_noop("You can go on only if you make this statement: %(label)s."),
            _HELP if field.pattern_help else gettext_noop("If it is not true, ask us which procedure fits your case."),
            help=field.pattern_help.rstrip("。"),
        )
        return None
    if text in _YES or text in _NO:
        return text in _YES
    if text:
        unreadable(field, path, report)
    elif field.required:
        report.missing(
            path, field, gettext_noop("Answer yes or no: %(label)s"), gettext_noop("Choose the one that is true.")
        )
    return None


def read_phone(field: FormField, raw: Any, path: str, report: Report) -> Value:
    text = _entered_text(field, raw, path, report)
    if not text:
        return None
    compact = re.sub(r"[()（）－–—]", "-", _compact(text)).strip("-")
    compact = re.sub(r"^(\+86|0086|86(?=1\d{10}$))-?", "", compact)
    mobile = compact.replace("-", "")
    if codes.is_mobile(mobile):
        return mobile
    if re.fullmatch(r"0\d{2,3}-?\d{7,8}(-\d{1,6})?", compact, re.ASCII):
        return compact
    report.wrong(
        path,
        field,
        gettext_noop("%(label)s is not a phone number."),
        gettext_noop("Write the 11 digits of a mobile phone, or a fixed line with its area code: 022-00001234."),
    )
    return None


def read_email(field: FormField, raw: Any, path: str, report: Report) -> Value:
    text = _entered_text(field, raw, path, report)
    if not text:
        return None
    compact = _compact(text)
    if len(compact) > 254 or re.fullmatch(r"[^@\s<>\"',;]{1,64}@([\w-]{1,63}\.)+[\w-]{2,63}", compact) is None:
        report.wrong(
            path, field, gettext_noop("%(label)s is not an e-mail address."), _example_remedy(field), **_example(field)
        )
        return None
    return compact


def read_id_number(field: FormField, raw: Any, path: str, report: Report) -> Value:
    text = _entered_text(field, raw, path, report)
    if not text:
        return None
    number = _compact(text).upper()
    fault = codes.resident_id_fault(number, today=report.today)
    if fault is not None:
        report.wrong(path, field, fault.message, fault.remedy, **dict(fault.params))
        return None
    return number


def read_other_id_number(field: FormField, raw: Any, path: str, report: Report) -> Value:
    text = _entered_text(field, raw, path, report)
    if not text:
        return None
    number = _compact(text).upper()
    if re.fullmatch(r"[0-9A-Z()/-]{5,30}", number) is None:
        report.wrong(
            path,
            field,
            gettext_noop("%(label)s can only hold letters and digits, 5 to 30 of them."),
            gettext_noop("Copy it from the document."),
        )
        return None
    return number


def read_uscc(field: FormField, raw: Any, path: str, report: Report) -> Value:
    text = _entered_text(field, raw, path, report)
    if not text:
        return None
    number = _compact(text).upper()
    fault = codes.uscc_fault(number)
    if fault is not None:
        report.wrong(path, field, fault.message, fault.remedy, **dict(fault.params))
        return None
    return number
