"""Rules between what was entered and something else: another field, or the applicant's own number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import prod
from typing import Any

from tongban.core.clock import validity_end
from tongban.core.entries import Report
from tongban.core.errors import FieldError, gettext_noop
from tongban.core.items import FieldKind, FormField, FormRule


@dataclass(frozen=True)
class RuleInForce:
    """A rule of the item that applies to one application, and the question and answer that made it apply."""

    rule: FormRule
    question: str = ""
    answer: str = ""


#: Kinds that can name the applicant.
NAMING_KINDS = frozenset({FieldKind.ENTERPRISE, FieldKind.PERSON, FieldKind.USCC, FieldKind.ID_NUMBER})


def agrees(
    field: FormField, value: Any, before: Mapping[str, Any], fields: Mapping[str, FormField], path: str, report: Report
) -> bool:
    """Whether ``value`` keeps to ``not_before`` and ``not_above``; reports it when not.

    ``before`` holds the checked values of the same group read so far. Where the other value is missing or wrong
    itself there is nothing to compare.
    """
    earlier = before.get(field.not_before) if field.not_before else None
    if earlier is not None and (day := dt.date.fromisoformat(value)) < (first := dt.date.fromisoformat(earlier)):
        report.wrong(
            path,
            field,
            gettext_noop("“%(label)s” (%(entered)s) is before “%(other)s” (%(limit)s)."),
            gettext_noop("Compare the two dates and correct the wrong one."),
            entered=day,
            other=fields[field.not_before].label,
            limit=first,
        )
        return False
    most = before.get(field.not_above) if field.not_above else None
    if most is not None and Decimal(value) > Decimal(most):
        report.wrong(
            path,
            field,
            gettext_noop("“%(label)s” (%(entered)s%(unit)s) is more than “%(other)s” (%(limit)s%(unit)s)."),
            gettext_noop("Compare the two numbers and correct the wrong one."),
            entered=value,
            other=fields[field.not_above].label,
            limit=most,
            unit=field.unit,
        )
        return False
    return True


def keep(
    rules: Iterable[RuleInForce],
    clean: Mapping[str, Any],
    known: Mapping[str, Any],
    fields: Mapping[str, FormField],
    report: Report,
) -> set[str]:
    """The keys of ``fields`` whose entries break a rule, each reported with the rule's own words.

    ``clean`` holds their checked values, ``known`` checked values of other pages. A rule is told at its ``field``;
    where another value is missing or wrong itself there is nothing to compare.
    """
    broken: set[str] = set()
    values = {**{key: value for key, value in known.items() if key not in fields}, **clean}
    for each in rules:
        key = each.rule.field.partition(".")[0]
        if key not in clean or key in broken:
            continue
        remedy = _breach(each, values, fields[key])
        if remedy is not None:
            broken.add(key)
            text, params = remedy
            rule = each.rule.message.rstrip("。")
            report.wrong(key, fields[key], gettext_noop("%(rule)s."), text, rule=rule, **params)
    return broken


_Remedy = tuple[str, dict[str, object]]


def _breach(each: RuleInForce, values: Mapping[str, Any], field: FormField) -> _Remedy | None:
    """What to do about the rule that is broken; ``None`` when it is kept or cannot be judged."""
    rule = each.rule
    if rule.not_after:
        return _too_late(rule, values)
    entered = entered_number(rule.field, values)
    if entered is None:
        return None
    if rule.product_of or rule.sum_of:
        return _unequal(rule, entered, values, field)
    if _within(rule, entered):
        return None
    if each.question:
        remedy = gettext_noop("You answered “%(answer)s” to “%(question)s”. Correct the entry, or change that answer.")
        return remedy, {"question": each.question.rstrip("？?"), "answer": each.answer}
    return gettext_noop("Check the number and its unit."), {}


def _too_late(rule: FormRule, values: Mapping[str, Any]) -> _Remedy | None:
    first, entered = values.get(rule.not_after), values.get(rule.field)
    if first is None or entered is None:
        return None
    start = dt.date.fromisoformat(first)
    last = validity_end(start, rule.value, rule.unit, start_counts=True) if rule.value else start
    if dt.date.fromisoformat(entered) <= last:
        return None
    return gettext_noop("The last possible day is %(last)s. Correct the wrong date."), {"last": last}


def _unequal(rule: FormRule, entered: Decimal, values: Mapping[str, Any], field: FormField) -> _Remedy | None:
    parts = [entered_number(name, values) for name in rule.product_of or rule.sum_of]
    numbers = [part for part in parts if part is not None]
    if len(numbers) < len(parts):
        return None
    expected = prod(numbers, start=Decimal(1)) if rule.product_of else sum(numbers, start=Decimal(0))
    # Half of the last place that can be written is no difference.
    slack = abs(expected) * rule.tolerance / 100 + Decimal(1).scaleb(-field.decimals) / 2
    if abs(entered - expected) <= slack:
        return None
    shown = format(round(expected, field.decimals).normalize(), "f")
    return (
        gettext_noop("From the other entries it is %(expected)s%(unit)s. Correct what is wrong."),
        {"expected": shown, "unit": field.unit},
    )


def _within(rule: FormRule, value: Decimal) -> bool:
    return not (
        (rule.at_least and value < Decimal(rule.at_least))
        or (rule.at_most and value > Decimal(rule.at_most))
        or (rule.below and value >= Decimal(rule.below))
    )


def entered_number(name: str, values: Mapping[str, Any]) -> Decimal | None:
    """The number entered in ``name``, or the sum of a table's column; ``None`` where there is none."""
    table, _dot, column = name.partition(".")
    value = values.get(table)
    if not column:
        return None if value is None else Decimal(value)
    cells = [row[column] for row in value or () if row.get(column) is not None]
    return sum((Decimal(cell) for cell in cells), start=Decimal(0)) if cells else None


def not_the_applicant(
    fields: Iterable[FormField], values: Mapping[str, Any], *, number: str, is_person: bool
) -> list[FieldError]:
    """Errors of the fields that must name the applicant but carry another number than ``number``.

    ``values`` are checked values. An application is made by the person or enterprise itself or by an agent with its
    authority (行政许可法 art. 29), so nobody applies from one account in the name of another body.
    """
    found = []
    for field in fields:
        value = values.get(field.key)
        if not field.same_as_applicant or value is None:
            continue
        path, entered, person = _named(field, value)
        if entered is not None and (person != is_person or entered != number):
            found.append(_stranger(path, number, is_person))
    return found


def _named(field: FormField, value: Any) -> tuple[str, Any, bool]:
    """Where the number stands, the number, and whether it is a person's."""
    if field.kind in (FieldKind.USCC, FieldKind.ID_NUMBER):
        return field.key, value, field.kind is FieldKind.ID_NUMBER
    part = "id_number" if field.kind is FieldKind.PERSON else "uscc"
    return f"{field.key}.{part}", value.get(part), field.kind is FieldKind.PERSON


def _stranger(path: str, number: str, is_person: bool) -> FieldError:
    if is_person:
        return FieldError(
            path,
            gettext_noop("This is not the number of the applicant, who is signed in as a person."),
            gettext_noop("To apply for somebody else or for an enterprise, sign in with their own account."),
        )
    return FieldError(
        path,
        gettext_noop("This is not the applicant's unified social credit code (%(number)s)."),
        gettext_noop("To apply for another enterprise, sign in with that enterprise's account."),
        {"number": number},
    )
