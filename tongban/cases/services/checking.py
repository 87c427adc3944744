"""All open check points of one material found met in one act, and that act taken back."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from tongban.cases.models import Annotation, CaseMaterial, CheckFinding
from tongban.cases.work import Work, working
from tongban.core.actors import Actor
from tongban.core.case_facts import Status
from tongban.core.checking import open_points
from tongban.core.errors import NotFound, Refused, gettext_noop
from tongban.core.lifecycle import Verb

STEP = "completeness"
#: States in which what was written at a point is not settled.
UNSETTLED = (Annotation.OPEN, Annotation.SENT, Annotation.UNMET)


def meet_material(*, number: str, actor: Actor, material_key: str, now: datetime) -> tuple[str, ...]:
    """Find every open check point of a material met; returns their keys. Each gets a finding of its own.

    Only in the completeness check, and only after the officer has opened the material: reviews that two officers sign
    are marked point by point. Raises Refused with the reason.
    """
    with working(number, actor, now) as work:
        keys = _points(work, material_key)
        found = set(work.case.findings.filter(step=STEP).values_list("point", flat=True))
        annotated = set(work.case.annotations.filter(state__in=UNSETTLED).values_list("check_point", flat=True))
        meant = open_points(keys, found, annotated)
        if not meant:
            raise Refused(
                gettext_noop("No check point of this material is open."),
                remedy=gettext_noop("Change a finding at its own point."),
            )
        CheckFinding.objects.bulk_create(
            CheckFinding(case=work.case, step=STEP, point=key, met=True, by=actor.id, at=now) for key in meant
        )
        return meant


def undo_material(*, number: str, actor: Actor, material_key: str, now: datetime) -> tuple[str, ...]:
    """Take back the latest act of :func:`meet_material` by this officer on the material; returns the points."""
    with working(number, actor, now) as work:
        keys = _points(work, material_key)
        mine = work.case.findings.filter(step=STEP, point__in=keys, by=actor.id, met=True, remark="")
        acts = Counter(mine.values_list("at", flat=True))
        at = max((at for at, count in acts.items() if count > 1), default=None)
        if at is None:
            raise Refused(
                gettext_noop("There is nothing of yours to take back here."),
                remedy=gettext_noop("Change a finding at its own point."),
            )
        rows = mine.filter(at=at)
        taken = tuple(rows.values_list("point", flat=True))
        rows.delete()
        return taken


def _points(work: Work, material_key: str) -> tuple[str, ...]:
    """The check points of a material that the officer may judge now."""
    work.check(Verb.CHECK)
    if work.case.status != Status.RECEIVED or work.loaded.correction_open:
        raise Refused(
            gettext_noop("Check points are marked together only while completeness is checked."),
            remedy=gettext_noop("Mark the points of a review one by one."),
        )
    row = CaseMaterial.objects.filter(case=work.case, key=material_key).first()
    spec = next((item for item in work.loaded.tailored.materials if item.key == material_key), None)
    if row is None or spec is None:
        raise NotFound(gettext_noop("There is no such material."), remedy=gettext_noop("Reload the page."))
    if row.source in ("upload", "licence") and work.actor.id not in row.seen_by:
        raise Refused(
            gettext_noop("You have not opened this material."),
            remedy=gettext_noop("Open it and look at it; then mark its points."),
        )
    return tuple(point.key for point in spec.check_points)
