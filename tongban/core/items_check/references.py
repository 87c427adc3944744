"""Every name an item refers to must exist: keys, conditions, bounds of fields, the licence's lines."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation

from tongban.core.errors import gettext_noop
from tongban.core.form_rules import NAMING_KINDS
from tongban.core.items import Condition, FieldKind, FormField, FormRule, ItemSpec
from tongban.core.items_check.findings import Findings
from tongban.core.items_check.parts import all_check_points, form_fields
from tongban.core.materials import APPLICANT, APPLICANT_KINDS, VARIANT


def _fields(item: ItemSpec, out: Findings) -> None:
    for path, each in form_fields(item):
        problem = _field_problem(each)
        if problem:
            out.add(
                f"form.{path}",
                problem,
                gettext_noop("The form can be filled in"),
                gettext_noop("Correct the field's definition."),
            )
    for fields in (_page_fields(item), *(each.columns for each in _page_fields(item))):
        for place, each in enumerate(fields):
            earlier = {other.key: other for other in fields[:place]}
            if not _relations_fit(each, earlier):
                out.add(
                    f"form.{each.key}",
                    gettext_noop("The field is compared with one that does not come before it or is of another kind."),
                    gettext_noop("The form can be filled in"),
                    gettext_noop("Correct the field's definition."),
                )


def _page_fields(item: ItemSpec) -> tuple[FormField, ...]:
    return tuple(each for page in item.form for each in page.fields)


def _relations_fit(each: FormField, earlier: dict[str, FormField]) -> bool:
    for name, kind in ((each.not_before, FieldKind.DATE), (each.not_above, FieldKind.NUMBER)):
        if name and (each.kind is not kind or name not in earlier or earlier[name].kind is not kind):
            return False
    return not each.not_above or each.unit == earlier[each.not_above].unit


def _field_problem(each: FormField) -> str:
    if each.kind in (FieldKind.CHOICE, FieldKind.CHOICES) and len(each.choices) < 2:
        return gettext_noop("A choice needs at least two values.")
    if each.kind is FieldKind.TABLE and not each.columns:
        return gettext_noop("A table needs columns.")
    if each.kind is FieldKind.TABLE and each.min_rows > each.max_rows:
        return gettext_noop("A table needs more rows than it may have.")
    if each.must_agree and each.kind is not FieldKind.BOOLEAN:
        return gettext_noop("Only a statement answered with yes or no can be one that has to be made.")
    if each.same_as_applicant and each.kind not in NAMING_KINDS:
        return gettext_noop("Only a person, an enterprise or their number can be the applicant.")
    if any(column.kind in (FieldKind.TABLE, FieldKind.FILE) for column in each.columns):
        return gettext_noop("A table cannot hold tables or files.")
    try:
        re.compile(each.pattern)
        low, high = (Decimal(bound) if bound else None for bound in (each.minimum, each.maximum))
        for bound in (each.earliest, each.latest):
            if bound not in ("", "today"):
                dt.date.fromisoformat(bound)
    except (re.error, InvalidOperation, ValueError):
        return gettext_noop("A pattern or bound of the field cannot be read.")
    if low is not None and high is not None and low > high:
        return gettext_noop("The smallest value is above the largest.")
    return ""


def _form_rules(item: ItemSpec, out: Findings) -> None:
    known = dict(form_fields(item))
    for rule in item.form_rules:
        if not _rule_fits(rule, known):
            out.add(
                f"form_rules.{rule.key}",
                gettext_noop("The rule between entries names a field that does not exist or does not fit it."),
                gettext_noop("The form can be filled in"),
                gettext_noop("Give one range, one product or sum of numbers, or one last day after another date."),
            )


def _rule_fits(rule: FormRule, known: Mapping[str, FormField]) -> bool:
    bounds = [bound for bound in (rule.at_least, rule.at_most, rule.below) if bound]
    others = (*rule.product_of, *rule.sum_of)
    shapes = [bool(bounds), bool(rule.product_of), bool(rule.sum_of), bool(rule.not_after)]
    kind = FieldKind.DATE if rule.not_after else FieldKind.NUMBER
    named = [known.get(name) for name in (rule.field, *others, *filter(None, [rule.not_after]))]
    fields = [each for each in named if each is not None and each.kind is kind]
    if sum(shapes) != 1 or len(fields) < len(named) or not rule.message or rule.tolerance < 0 or rule.value < 0:
        return False
    if rule.not_after:
        return "." not in rule.field + rule.not_after
    try:
        [Decimal(bound) for bound in bounds]
    except InvalidOperation:
        return False
    return not rule.sum_of or len({each.unit for each in fields}) == 1


def _names(item: ItemSpec, out: Findings) -> None:
    steps = item.procedure
    groups: list[tuple[str, list[str]]] = [
        ("variants", [each.key for each in item.variants]),
        ("materials", [each.key for each in item.materials]),
        ("questions", [VARIANT, APPLICANT, *(each.key for each in item.questions)]),  # the first two are taken
        ("form", [page.key for page in item.form]),
        ("form.fields", [each.key for page in item.form for each in page.fields]),
        ("form_rules", [each.key for each in item.form_rules]),
        ("procedure.reviews", [each.key for each in steps.reviews]),
        ("check_points", [point.key for point in all_check_points(item)]),
    ]
    groups += [(f"questions.{each.key}", [choice.key for choice in each.choices]) for each in item.questions]
    groups += [(f"form.{path}", [choice.key for choice in each.choices]) for path, each in form_fields(item)]
    groups += [(f"form.{path}", [column.key for column in each.columns]) for path, each in form_fields(item)]
    for where, keys in groups:
        for key, count in Counter(keys).items():
            if count > 1:
                out.add(
                    where,
                    gettext_noop("The key “%(key)s” is used %(count)s times."),
                    gettext_noop("Keys are unique"),
                    gettext_noop("Rename all but one."),
                    key=key,
                    count=count,
                )


def _conditions(item: ItemSpec, out: Findings) -> None:
    known = {question.key: {choice.key for choice in question.choices} for question in item.questions}
    known[VARIANT] = {variant.key for variant in item.variants}
    known[APPLICANT] = set(APPLICANT_KINDS)
    for where, condition in _all_conditions(item):
        for name, allowed in condition.items():
            unknown = set(allowed) - known.get(name, set())
            if name not in known or unknown or not allowed:
                out.add(
                    where,
                    gettext_noop("The condition %(name)s = %(answers)s refers to something that does not exist."),
                    gettext_noop("Conditions name questions and their answers"),
                    gettext_noop(
                        "Use the key of a question of this item, variant or applicant, and keys of its answers."
                    ),
                    name=name,
                    answers="、".join(sorted(unknown)) or "—",
                )


def _all_conditions(item: ItemSpec) -> Iterator[tuple[str, Condition]]:
    asked: set[str] = {VARIANT, APPLICANT}
    for question in item.questions:
        late = {name: answers for name, answers in question.when.items() if name not in asked}
        yield f"questions.{question.key}.when", question.when
        if late:
            yield f"questions.{question.key}.when (asked later)", dict.fromkeys(late, ())
        for choice in question.choices:
            other = {name: answers if name == APPLICANT else () for name, answers in choice.when.items()}
            yield f"questions.{question.key}.{choice.key}.when", other
        asked.add(question.key)
    yield from ((f"materials.{each.key}.when", each.when) for each in item.materials)
    yield from ((f"form.{path}.when", each.when) for path, each in form_fields(item))
    yield from ((f"procedure.reviews.{each.key}.when", each.when) for each in item.procedure.reviews)
    yield from ((f"limit_classes.{number}.when", each.when) for number, each in enumerate(item.limit_classes, 1))
    yield from ((f"form_rules.{each.key}.when", each.when) for each in item.form_rules)
    yield from ((f"silence.{number}.when", each.when) for number, each in enumerate(item.silence, 1))
    if item.procedure.inspection is not None:
        yield "procedure.inspection.when", item.procedure.inspection.when


_APPLICANT = frozenset({"name", "id_number", "uscc", "phone", "email", "legal_representative", "address", "kind"})


def _licence_fields(item: ItemSpec, out: Findings) -> None:
    if item.result.licence_type is None:
        return
    known = dict(form_fields(item))
    for each in item.result.licence_type.fields:
        head, _, rest = each.source.partition(".")
        fine = head in ("applicant", "case", "decision", "licence", "item", "authority", "validity") and bool(rest)
        if head == "form":
            fine = rest.split(".")[0] in known
        elif head == "applicant":
            fine = rest in _APPLICANT
        if not fine:
            out.add(
                f"result.licence_type.fields.{each.key}",
                gettext_noop("The licence prints %(source)s, which does not exist."),
                gettext_noop("The licence's lines come from the case"),
                gettext_noop("Name a form field (form.KEY) or a fact of the applicant (applicant.name)."),
                source=each.source,
            )


REFERENCE_RULES: tuple[Callable[[ItemSpec, Findings], None], ...] = (
    _fields,
    _form_rules,
    _names,
    _conditions,
    _licence_fields,
)
