"""A filled-in example of an item's form by an invented applicant: the same item and day always give the same one.

The example takes the first variant and the first answer to every question. Values come from ``sample_words`` by the
label of the field, and pass ``core.forms.validate`` like a real entry.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import prod
from typing import Any

from tongban.catalogue import sample_words as words
from tongban.core.codes.digits import mod_11_2, uscc_check
from tongban.core.entries import date_bound
from tongban.core.form_rules import entered_number
from tongban.core.items import NATURAL_PERSON, Choice, FieldKind, FormField, ItemSpec
from tongban.core.materials import Tailored, known_applicant, tailored

#: Rows a table of an example has, if the item allows as many.
SAMPLE_ROWS = 2
DIVISION = "120116"
BIRTH = dt.date(1978, 5, 12)


@dataclass(frozen=True)
class Sample:
    """An example: the situation it is for, the values as ``core.forms.validate`` returns them, who signed and when."""

    variant: str
    answers: Mapping[str, str]
    data: Mapping[str, Any]
    applicant: str
    filled_on: dt.date


def make_sample(item: ItemSpec, filled_on: dt.date) -> Sample:
    """An example of ``item``'s form as filled in on ``filled_on``."""
    chosen = first_situation(item)
    writer = _Applicant(chosen, filled_on)
    data: dict[str, Any] = {}
    for page in chosen.form_pages:
        for field in page.fields:
            value = writer.value(field, field.label)
            if value is not None:
                data[field.key] = value
    _agree(chosen, data)
    return Sample(chosen.variant, chosen.answers, data, writer.signature, filled_on)


def _agree(chosen: Tailored, data: dict[str, Any]) -> None:
    """Make the example keep the rules between its entries."""
    fields = {field.key: field for page in chosen.form_pages for field in page.fields}
    for rule in (each.rule for each in chosen.form_rules if each.rule.field in data):
        parts = [entered_number(name, data) for name in (*rule.product_of, *rule.sum_of)]
        numbers = [part for part in parts if part is not None]
        if not numbers or len(numbers) < len(parts):
            continue
        whole = prod(numbers, start=Decimal(1)) if rule.product_of else sum(numbers, start=Decimal(0))
        data[rule.field] = format(round(whole, fields[rule.field].decimals), "f")


def first_situation(item: ItemSpec) -> Tailored:
    """``item`` under its first variant and the first answer to every question that is then asked.

    An item for persons and other bodies is shown as applied for by a body, the fuller of the two.
    """
    variant = item.variants[0].key
    answers = {question.key: question.choices[0].key for question in item.questions}
    kind = "enterprise" if any(code != NATURAL_PERSON for code in item.service_objects) else "person"
    return tailored(item, variant, known_applicant(answers, kind))


def sample_uscc(serial: int) -> str:
    """A credit code with a right check character that no register has given out (its body has no such serials)."""
    body = f"91{DIVISION}MA{serial:07d}"
    return body + uscc_check(body)


def sample_id(serial: int) -> str:
    """An identity number with a right check character, of an invented person born on :data:`BIRTH`."""
    body = f"{DIVISION}{BIRTH:%Y%m%d}{serial % 1000:03d}"
    return body + mod_11_2(body)


def _found(table: Mapping[str, Any], label: str) -> Any:
    """The value of the longest key that stands in ``label``, or ``None``; what concerns a table is no column's."""
    column = label.rpartition(">")[2]
    keys = [key for key in table if key in (label if ">" in key else column)]
    return table[max(keys, key=len)] if keys else None


def _of_row(value: Any, row: int) -> Any:
    return value[row % len(value)] if isinstance(value, tuple) else value


class _Applicant:
    """Answers one form field by field; persons and enterprises keep their numbers throughout."""

    def __init__(self, chosen: Tailored, filled_on: dt.date) -> None:
        self.today = filled_on
        self.persons: dict[str, int] = {}
        self.enterprises: dict[str, int] = {}
        labels = [each.label for question in chosen.questions for each in question.choices[:1]]
        self.situation = "".join(labels)
        fields = [field for page in chosen.form_pages for field in page.fields]
        own = next((field for field in fields if field.prefill == "applicant"), None)
        self.is_person = own is not None and own.kind is FieldKind.PERSON
        self.own_name = (_found(words.ENTERPRISES, own.label) if own else None) or words.APPLICANT
        self.signature = words.PERSONS[0] if self.is_person else f"{self.own_name}（盖章）"

    def value(self, field: FormField, label: str, row: int = 0) -> Any:
        """What this applicant writes into ``field``; ``None`` for what is left empty."""
        if not field.required and any(text in field.help for text in words.LEFT_EMPTY):
            if field.prefill != "applicant":
                return None
        match field.kind:
            case FieldKind.TEXT | FieldKind.TEXTAREA:
                return self._text(field, label, row)
            case FieldKind.NUMBER:
                return _number(field, label, row)
            case FieldKind.DATE:
                return self._date(field, label)
            case FieldKind.CHOICE:
                return self._choice(field, label, row)
            case FieldKind.CHOICES:
                return _several(field, label) if field.required else None
            case FieldKind.BOOLEAN:
                return field.must_agree or not any(text in label for text in words.DENIED)
            case FieldKind.TABLE:
                return self._rows(field)
            case FieldKind.FILE:
                return ["sample"]
            case _:
                return self._about_somebody(field, label, row)

    def _about_somebody(self, field: FormField, label: str, row: int) -> Any:
        """Persons, enterprises, addresses and their numbers."""
        match field.kind:
            case FieldKind.PERSON:
                return self._person(field)
            case FieldKind.ENTERPRISE:
                return self._enterprise(field, label)
            case FieldKind.ADDRESS:
                detail = _found(words.ADDRESSES, label) or words.ADDRESS
                return {"region": words.REGION, "detail": detail}
            case FieldKind.ID_NUMBER:
                return sample_id(101 + 2 * row)
            case FieldKind.USCC:
                return sample_uscc(self._number_of(self.own_name))
            case FieldKind.EMAIL:
                return "sample@example.com"
            case _:
                return f"1380000{101 + row:04d}"

    def _person(self, field: FormField) -> dict[str, Any]:
        place = self.persons.setdefault(field.label, len(self.persons))
        if field.prefill != "applicant" and self.is_person:
            place += 1
        return {
            "name": words.PERSONS[place % len(words.PERSONS)],
            "id_kind": "resident_id",
            "id_number": sample_id(1 + 2 * place),
            "phone": f"1380000{1 + place:04d}",
        }

    def _enterprise(self, field: FormField, label: str) -> dict[str, Any]:
        own = field.prefill == "applicant"
        name = self.own_name if own else _found(words.ENTERPRISES, label) or f"津滨示例{label}有限公司"
        serial = self._number_of(name)
        head = words.PERSONS[-1 - (serial - 1) % len(words.PERSONS)]
        return {"name": name, "uscc": sample_uscc(serial), "legal_representative": head}

    def _number_of(self, enterprise: str) -> int:
        return self.enterprises.setdefault(enterprise, len(self.enterprises) + 1)

    def _text(self, field: FormField, label: str, row: int) -> str:
        if field.prefill == "applicant.name":
            return self.own_name
        found = _of_row(words.TEXTS.get(field.prefill) or _found(words.TEXTS, label), row)
        candidates = [found] if found else [f"示例{field.label}"]
        if field.pattern:
            candidates += words.PATTERN_TEXTS
            candidates = [text for text in candidates if re.fullmatch(field.pattern, text)]
        if not candidates:
            raise ValueError(f"no example fits the pattern {field.pattern} of {field.label}")
        return str(candidates[0])[: field.max_length]

    def _choice(self, field: FormField, label: str, row: int) -> str:
        if "与前面选择的一致" in field.label:
            return max(field.choices, key=lambda choice: _shared(choice, self.situation)).key
        wanted = _of_row(_found(words.CHOICES, label), row)
        for choice in field.choices:
            if choice.label == wanted:
                return choice.key
        return field.choices[row % len(field.choices)].key

    def _date(self, field: FormField, label: str) -> str:
        if "出生" in label:
            return BIRTH.isoformat()
        offset = _found(words.DATES, label)
        if offset is None:
            offset = 30 if field.earliest == "today" else -30
        day = self.today + dt.timedelta(days=offset)
        earliest, latest = date_bound(field.earliest, self.today), date_bound(field.latest, self.today)
        day = max(day, earliest) if earliest else day
        return (min(day, latest) if latest else day).isoformat()

    def _rows(self, field: FormField) -> list[dict[str, Any]] | None:
        count = max(field.min_rows, min(SAMPLE_ROWS, field.max_rows))
        rows = []
        for row in range(count):
            cells = {each.key: self.value(each, f"{field.label}>{each.label}", row) for each in field.columns}
            rows.append({key: value for key, value in cells.items() if value is not None})
        return rows or None


def _several(field: FormField, label: str) -> list[str]:
    wanted = _found(words.CHOICES, label) or ()
    found = [choice.key for choice in field.choices if choice.label in wanted]
    return found or [field.choices[0].key]


def _shared(choice: Choice, text: str) -> int:
    return len(set(choice.label) & set(text))


def _number(field: FormField, label: str, row: int) -> str:
    found = _of_row(_found(words.NUMBERS, label), row)
    value = Decimal(found or words.UNITS.get(field.unit, "2"))
    if field.minimum:
        value = max(value, Decimal(field.minimum))
    if field.maximum:
        value = min(value, Decimal(field.maximum))
    return format(round(value, field.decimals) if value != round(value, field.decimals) else value, "f")
