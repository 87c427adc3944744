"""The picture of an item's way: steps in a line, departments in parallel stacked, what stops the clock hatched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from tongban.core.clock import Unit
from tongban.core.items import LimitSpec, Procedure, ReviewSpec, SpecialProcedure
from tongban.web.language import is_chinese


@dataclass(frozen=True)
class Box:
    """One box: a name and what stands under it."""

    name: str
    note: str = ""


@dataclass(frozen=True)
class Step:
    """A step of the line. ``branches`` are done at the same time; ``pauses`` do not count into the limit."""

    name: str
    note: str = ""
    css: str = ""
    branches: tuple[Box, ...] = ()
    pauses: tuple[str, ...] = ()


def limit_words(limit: LimitSpec | None) -> str:
    """10个工作日 / 10 working days; empty where there is none."""
    if limit is None:
        return ""
    if is_chinese():
        return limit.unit.zh if limit.unit is Unit.ON_THE_SPOT else f"{limit.value}{limit.unit.zh}"
    if limit.unit is Unit.ON_THE_SPOT:
        return gettext("on the spot")
    return f"{limit.value} {limit.unit.value.replace('_', ' ')}{'' if limit.value == 1 else 's'}"


def flow(
    procedure: Procedure,
    special: Iterable[SpecialProcedure] = (),
    *,
    track: str = "licence",
    reviews: Sequence[ReviewSpec] | None = None,
) -> list[Step]:
    """The steps of ``procedure``; ``reviews`` are those left after the applicant's answers (default: all)."""
    steps = [Step(gettext("Apply"), gettext("at any hour, online"))]
    if track == "filing":
        steps.append(Step(gettext("Check"), limit_words(procedure.completeness.limit), "mid"))
        steps.append(Step(gettext("Filed"), gettext("complete information is enough"), "end"))
        return steps
    told = limit_words(procedure.completeness.limit) or gettext("within 5 working days")
    steps.append(Step(gettext("Acceptance"), told, "mid"))
    steps += _review_steps(procedure, tuple(procedure.reviews if reviews is None else reviews), tuple(special))
    steps.append(Step(gettext("Decision"), limit_words(procedure.decision.limit), "mid"))
    if procedure.certificate is not None:
        steps.append(Step(gettext("Certificate"), limit_words(procedure.certificate.limit), "mid"))
    if procedure.delivery is not None:
        steps.append(Step(gettext("Delivery"), limit_words(procedure.delivery.limit), "mid"))
    last = steps[-1]
    steps[-1] = Step(last.name, last.note, "end", last.branches, last.pauses)
    return steps


def _review_steps(
    procedure: Procedure, reviews: tuple[ReviewSpec, ...], special: tuple[SpecialProcedure, ...]
) -> list[Step]:
    pauses = tuple(_pause_words(one) for one in special)
    if not reviews:
        return [Step(gettext("Review"), "", "mid", pauses=pauses)] if pauses else []
    branches = tuple(Box(one.name, limit_words(one.limit)) for one in reviews)
    if procedure.inspection is not None:
        note = gettext("counts into the limit")
        branches += (Box(gettext("Site inspection"), note if procedure.inspection.required else gettext("if needed")),)
    if len(branches) == 1:
        return [Step(branches[0].name, branches[0].note, "mid", pauses=pauses)]
    return [Step(gettext("At the same time"), "", "par", branches, pauses)]


def _pause_words(special: SpecialProcedure) -> str:
    ground = special.ground.zh if is_chinese() else special.ground.en
    return gettext("%(ground)s: not counted into the limit") % {"ground": ground}
