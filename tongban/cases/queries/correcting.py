"""What the applicant needs to answer an open correction notice."""

from __future__ import annotations

from datetime import datetime

from tongban.cases.access import find_case
from tongban.cases.privacy import open_form
from tongban.cases.queries.cases import Sheet, base_fields, pending_row
from tongban.cases.queries.copies import copies_of
from tongban.cases.queries.views import CaseView, CorrectionForm, CorrectionPlace, FileRow, Point
from tongban.core.actors import Actor
from tongban.core.forms import fields_of
from tongban.core.items import FormField


def correction_form(number: str, actor: Actor, now: datetime) -> CorrectionForm | None:
    """The open notice as a form; ``None`` when there is none. Raises NotFound for anybody else's case."""
    sheet = Sheet(find_case(number, actor), actor, now)
    view = CaseView(**base_fields(sheet, public=True))
    notice = sheet.loaded.correction
    if view.correction is None or notice is None or not sheet.loaded.correction_open:
        return None
    asked = {point.field_path.split(".")[0] for point in view.correction.points if point.field_path}
    fields = tuple(field for field in fields_of(sheet.loaded.tailored.form_pages) if field.key in asked)
    stored = open_form(sheet.version.spec.form, sheet.case.form)
    entered = open_form(fields, notice.answer_draft)
    data = {field.key: entered.get(field.key, stored.get(field.key)) for field in fields}
    return CorrectionForm(view, fields, data, _places(view, view.correction.points, fields), notice.left)


def _places(case: CaseView, points: tuple[Point, ...], fields: tuple[FormField, ...]) -> tuple[CorrectionPlace, ...]:
    out = []
    for field in fields:
        own = tuple(point for point in points if point.field_path.split(".")[0] == field.key)
        out.append(CorrectionPlace("field", field.key, field.label, own))
    for material in case.materials:
        uploaded = material.source != "form"
        here = (point for point in points if point.material_key == material.key)
        own = tuple(point for point in here if uploaded or not point.field_path)
        if own:
            out.append(CorrectionPlace("material", material.key, material.name, own, material))
    return tuple(out)


def pending_files(number: str, actor: Actor, material_key: str) -> tuple[FileRow, ...]:
    """Files uploaded for an open notice or question and not handed in yet."""
    rows = list(find_case(number, actor).correction_files.filter(material_key=material_key).order_by("pk"))
    copies = copies_of(rows)
    return tuple(pending_row(row, copies) for row in rows)
