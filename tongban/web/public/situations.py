"""Variant and situation answers as they stand in an address or a posted form, and what they choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from tongban.core.items import ItemSpec, Material, Question
from tongban.core.materials import APPLICANT, VARIANT, Tailored, applies, effective_answers, known_applicant, tailored
from tongban.web.formdata import Posted

#: Answers are called so in addresses and forms, to keep them apart from other names.
PREFIX = "q."


@dataclass(frozen=True)
class Situation:
    """What somebody has answered so far, and the item reduced by it."""

    variant: str
    answers: Mapping[str, str]
    tailored: Tailored
    possible: tuple[Material, ...]  # materials that answers still to come may add

    @property
    def complete(self) -> bool:
        """Whether the list of materials is final."""
        return bool(self.variant) and self.tailored.complete

    @property
    def applicant_open(self) -> bool:
        """Whether nobody knows yet what kind of applicant it will be."""
        return APPLICANT not in self.answers

    @property
    def asked(self) -> dict[str, str]:
        """The answers somebody gave; who applies is known from the account and never handed on."""
        return {key: value for key, value in self.answers.items() if key != APPLICANT}

    @property
    def query(self) -> str:
        """The answers as the query of an address."""
        pairs = [(VARIANT, self.variant)] if self.variant else []
        return urlencode(pairs + [(f"{PREFIX}{key}", value) for key, value in self.asked.items()])


def entered(spec: ItemSpec, posted: Posted) -> tuple[str, dict[str, str]]:
    """The variant and every answer as they were sent, unchecked."""
    answers = {question.key: posted.get(f"{PREFIX}{question.key}", "") for question in spec.questions}
    variant = posted.get(VARIANT, "") or ("" if len(spec.variants) > 1 else spec.variants[0].key)
    return variant, {key: value for key, value in answers.items() if value}


def situation(spec: ItemSpec, variant: str, answers: Mapping[str, str], applicant_kind: str = "") -> Situation:
    """The item under ``variant`` and ``answers``; what does not exist is left out.

    ``applicant_kind``: ``person`` or ``enterprise``; empty while nobody knows who will apply.
    """
    if applicant_kind:
        answers = known_applicant(answers, applicant_kind)
    if variant not in {item.key for item in spec.variants}:
        variant = ""
    kept = effective_answers(spec, variant, answers)
    reduced = tailored(spec, variant, kept)
    sure = {material.key for material in reduced.materials}
    asked = {question.key for question in reduced.questions}
    possible = tuple(
        material
        for material in spec.materials
        if material.key not in sure and _may_apply(material, variant, kept, asked, spec.questions)
    )
    return Situation(variant, kept, reduced, possible)


def _may_apply(
    material: Material, variant: str, answers: Mapping[str, str], asked: set[str], questions: tuple[Question, ...]
) -> bool:
    """Whether answers still to come could make ``material`` needed."""
    for name, allowed in material.when.items():
        if name == APPLICANT:
            if not applies({name: allowed}, answers, variant):
                return False
            continue
        given = variant if name == VARIANT else answers.get(name, "")
        if given and given not in allowed:
            return False
        if not given and name != VARIANT and name not in asked and not _may_be_asked(name, answers, questions):
            return False
    return True


def _may_be_asked(name: str, answers: Mapping[str, str], questions: tuple[Question, ...]) -> bool:
    question = next((item for item in questions if item.key == name), None)
    if question is None:
        return False
    return all(key == VARIANT or answers.get(key, allowed[0]) in allowed for key, allowed in question.when.items())
