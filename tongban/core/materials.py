"""From a person's answers to what applies to that person: materials, form, departments, questions.

The catalogue lists everything an item may ever ask; the situation questions 情形 and the handling variant choose
from it. A condition names questions and the answers under which the thing applies; the name ``variant`` stands
for the handling variant, ``applicant`` for the kind of applicant. Nothing is remembered of a question that is no
longer shown: going back and choosing another branch leaves no trace of the first one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tongban.core.errors import FieldError, gettext_noop
from tongban.core.form_rules import RuleInForce
from tongban.core.items import (
    Condition,
    FormPage,
    FormRule,
    InspectionSpec,
    ItemSpec,
    LimitSpec,
    Material,
    Question,
    ReviewSpec,
    Variant,
)

Answers = Mapping[str, str]

#: The name under which conditions speak of the handling variant.
VARIANT = "variant"
#: The name under which conditions speak of the kind of applicant. Nobody is asked: services that know the applicant
#: write it among the answers. Without it (a guide read by nobody in particular) every kind is meant.
APPLICANT = "applicant"
#: Its answers, the kinds of account: a natural person, and every other body 单位.
APPLICANT_KINDS = ("person", "enterprise")


@dataclass(frozen=True)
class Tailored:
    """What applies to one applicant: the item reduced by variant and answers."""

    variant: str
    answers: Answers
    questions: tuple[Question, ...]
    materials: tuple[Material, ...]
    form_pages: tuple[FormPage, ...]
    reviews: tuple[ReviewSpec, ...]
    inspection: InspectionSpec | None
    form_rules: tuple[RuleInForce, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every question that is shown has been answered."""
        return all(question.key in self.answers for question in self.questions)


def applies(condition: Condition, answers: Answers, variant: str) -> bool:
    """Whether ``condition`` holds: each name in it must have one of the answers listed for it.

    An empty condition always holds; a question without an answer satisfies nothing, while an applicant nobody knows
    yet may be of either kind.
    """
    for name, allowed in condition.items():
        if name == APPLICANT and APPLICANT not in answers:
            continue
        given = variant if name == VARIANT else answers.get(name)
        if given not in allowed:
            return False
    return True


def visible_questions(item: ItemSpec, variant: str, answers: Answers) -> tuple[Question, ...]:
    """The questions to ask, in order; later ones may depend on the answers to earlier ones."""
    return _walk(item, variant, answers)[0]


def effective_answers(item: ItemSpec, variant: str, answers: Answers) -> dict[str, str]:
    """``answers`` without those to questions that are not shown and without choices that do not exist.

    The kind of applicant stays; a question left with one possible answer is answered.
    """
    return _walk(item, variant, answers)[1]


def _walk(item: ItemSpec, variant: str, answers: Answers) -> tuple[tuple[Question, ...], dict[str, str]]:
    shown: list[Question] = []
    kept = {APPLICANT: answers[APPLICANT]} if answers.get(APPLICANT) in APPLICANT_KINDS else {}
    for question in item.questions:
        if not applies(question.when, kept, variant):
            continue
        choices = tuple(choice for choice in question.choices if applies(choice.when, kept, variant))
        if len(choices) == 1 < len(question.choices):
            kept[question.key] = choices[0].key
            continue
        shown.append(question if len(choices) == len(question.choices) else replace(question, choices=choices))
        given = answers.get(question.key)
        if given is not None and any(choice.key == given for choice in choices):
            kept[question.key] = given
    return tuple(shown), kept


def known_applicant(answers: Answers, kind: str) -> dict[str, str]:
    """``answers`` of an applicant of ``kind`` (``person`` or ``enterprise``), whatever was sent in its place."""
    return {**answers, APPLICANT: kind}


def tailored(item: ItemSpec, variant: str, answers: Answers) -> Tailored:
    """Reduce ``item`` to what applies under ``variant`` and ``answers``.

    Form pages keep only the fields that apply; a page left without fields is dropped. A table keeps the columns
    that apply.
    """
    questions, kept = _walk(item, variant, answers)

    def holds(condition: Condition) -> bool:
        return applies(condition, kept, variant)

    inspection = item.procedure.inspection
    return Tailored(
        variant=variant,
        answers=kept,
        questions=questions,
        materials=tuple(material for material in item.materials if holds(material.when)),
        form_pages=_pages(item.form, kept, variant),
        reviews=tuple(review for review in item.procedure.reviews if holds(review.when)),
        inspection=inspection if inspection is not None and holds(inspection.when) else None,
        form_rules=tuple(_in_force(item, rule, kept) for rule in item.form_rules if holds(rule.when)),
    )


def _in_force(item: ItemSpec, rule: FormRule, answers: Answers) -> RuleInForce:
    """``rule`` with the first question that made it apply."""
    for question in item.questions:
        if question.key in rule.when:
            label = next(choice.label for choice in question.choices if choice.key == answers[question.key])
            return RuleInForce(rule, question.text, label)
    return RuleInForce(rule)


def _pages(pages: tuple[FormPage, ...], answers: Answers, variant: str) -> tuple[FormPage, ...]:
    out = []
    for page in pages:
        fields = tuple(
            replace(field, columns=tuple(column for column in field.columns if applies(column.when, answers, variant)))
            for field in page.fields
            if applies(field.when, answers, variant)
        )
        if fields:
            out.append(replace(page, fields=fields))
    return tuple(out)


def limits_in_law(
    item: ItemSpec, variant: str, answers: Answers, *, inspected: bool = False
) -> tuple[LimitSpec, LimitSpec]:
    """(statutory, promised) limit of the class that a case belongs to; the item's own where no class applies.

    ``inspected``: a site inspection belongs to the case.
    """
    kept = effective_answers(item, variant, answers)
    for each in item.limit_classes:
        if applies(each.when, kept, variant) and (inspected or not each.after_inspection):
            return each.statutory, each.promised or item.promised_limit
    return item.statutory_limit, item.promised_limit


def find_variant(item: ItemSpec, key: str) -> Variant | None:
    """The handling variant named ``key``, or ``None``."""
    return next((variant for variant in item.variants if variant.key == key), None)


def check_answers(
    item: ItemSpec, variant: str, answers: Answers, *, partial: bool = False
) -> tuple[dict[str, str], list[FieldError]]:
    """The usable answers and what is wrong with the others, in the order of the questions.

    With ``partial`` (a draft) an unanswered question is no error; an answer that does not exist still is.
    """
    errors: list[FieldError] = []
    if find_variant(item, variant) is None:
        errors.append(_variant_error(item, variant))
    questions, kept = _walk(item, variant, answers)
    for question in questions:
        if question.key in kept:
            continue
        if answers.get(question.key):
            errors.append(
                FieldError(
                    field=question.key,
                    message=gettext_noop("This answer does not exist: %(question)s"),
                    remedy=gettext_noop("Choose one of the answers shown."),
                    params={"question": question.text},
                )
            )
        elif not partial:
            errors.append(
                FieldError(
                    field=question.key,
                    message=gettext_noop("Answer this question: %(question)s"),
                    remedy=gettext_noop("Your answer decides which materials you need."),
                    params={"question": question.text},
                )
            )
    return kept, errors


def _variant_error(item: ItemSpec, variant: str) -> FieldError:
    names = "、".join(each.name for each in item.variants)
    if variant:
        message = gettext_noop("This item cannot be handled in that way.")
    else:
        message = gettext_noop("Choose what you want to do.")
    return FieldError(
        field=VARIANT,
        message=message,
        remedy=gettext_noop("Choose one of: %(names)s."),
        params={"names": names},
    )
