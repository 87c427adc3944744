"""Two things of a case side by side: a material, its earlier version, another material, the form, a licence on file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_safe

from tongban.cases import queries
from tongban.cases.queries.views import CaseMaterialView, DeskCaseView, FileRow
from tongban.web.desk import sheet
from tongban.web.desk.access import DeskRequest, show_page, staff_page

_PDF = "application/pdf"


@dataclass(frozen=True)
class Side:
    """What one pane can show. ``value`` is what the address names it by; ``mime`` empty: the application form."""

    value: str
    material: str  # key of the material, or "form"
    group: str  # heading in the list of choices
    name: str
    src: str = ""
    mime: str = ""
    superseded: bool = False

    @property
    def is_file(self) -> bool:
        """Whether the viewer shows it."""
        return bool(self.src)


@require_safe
@staff_page()
def compare(request: DeskRequest, number: str) -> HttpResponse:
    """Two panes. The address keeps the choice: ``a`` and ``b``, ``together`` moves both, ``marks`` marks changes."""
    found = queries.case_for_desk(number, request.actor, request.now)
    sides = tuple(_sides(found))
    chosen = _chosen(sides, request.GET.get("a", ""), request.GET.get("b", ""), request.GET.get("m", ""))
    versions = chosen[0].is_file and chosen[1].is_file and chosen[0].material == chosen[1].material
    asked = bool(request.GET.get("a"))  # a form without a tick says nothing about it: the ticks stand only once asked
    context: dict[str, Any] = {
        "case": found,
        "sides": sides,
        "panes": tuple(zip(("a", "b"), chosen, strict=True)),
        "both_files": chosen[0].is_file and chosen[1].is_file,
        "together": request.GET.get("together") == "1" or (versions and not asked),
        "marks": request.GET.get("marks") == "1" or (versions and not asked),
        "corrected": _corrected(found),
        "back": f"{reverse('desk:case', args=[number])}?m={chosen[1].material}",
    }
    return show_page(request, "desk/side_by_side.html", context, nav="cases")


def _sides(case: DeskCaseView) -> Iterator[Side]:
    """Everything of the case that a pane can show, the form first."""
    yield Side(sheet.FORM, sheet.FORM, "", gettext("Application form"))
    for material in case.materials:
        for file in material.files:
            if file.copy is not None and not file.copy.ready:
                continue  # nothing to show yet; the case page says what it waits for
            yield _file(case.number, material, file)
        if material.licence_id:
            address = reverse("desk:licence_file", args=[case.number, material.licence_id])
            value = f"licence-{material.licence_id}"
            yield Side(value, material.key, material.name, material.name, address, _PDF)


def _file(number: str, material: CaseMaterialView, file: FileRow) -> Side:
    if file.superseded:
        name = f"{pgettext('file', 'Earlier version')} {file.name}"
    elif file.round > 1:
        name = f"{pgettext('file', 'Corrected')} {file.name}"
    else:
        name = file.name
    address = reverse("desk:case_file_copy" if file.copy else "desk:case_file", args=[number, file.file_id])
    mime = _PDF if file.copy else file.mime
    return Side(file.file_id, material.key, material.name, name, address, mime, file.superseded)


def _chosen(sides: tuple[Side, ...], a: str, b: str, material: str) -> tuple[Side, Side]:
    """Left and right. What is not named: the material looked at on the right, its earlier version or the form left."""
    known = {side.value: side for side in sides}
    files = [side for side in sides if side.is_file]
    mine = [side for side in files if side.material == material] or files
    right = known.get(b) or next(iter(mine), sides[0])
    earlier = (side for side in files if side.material == right.material and side.superseded and side is not right)
    left = known.get(a) or next(earlier, sides[0])
    return left, right


def _corrected(case: DeskCaseView) -> dict[str, str]:
    """Fields of the form that a correction was handed in for: what the applicant did, in words.

    What a changed entry said before stands beside it; corrections of earlier releases kept no former values.
    """
    known = {path.split(".")[0] for path in case.changes}
    answered = {notice.number for notice in case.corrections if notice.answered_on is not None}
    said: dict[str, str] = {}
    for point in case.points:
        if point.field_path and point.notice_number in answered:
            left = gettext("Left as it is: %(reason)s") % {"reason": point.answer} if point.answer else ""
            key = point.field_path.split(".")[0]
            if left or key not in known:
                said[key] = left or gettext("Changed by the correction")
    return said
