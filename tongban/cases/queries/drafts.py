"""An application being filled in, as its form pages need it."""

from __future__ import annotations

from datetime import date, datetime

from tongban.accounts import queries as accounts
from tongban.cases.access import acts_on, find_draft, own_or_acted_for
from tongban.cases.models import Draft
from tongban.cases.privacy import open_form
from tongban.cases.queries.cases import pending_row
from tongban.cases.queries.copies import copies_of
from tongban.cases.queries.views import DraftMaterial, DraftPage, DraftRow, DraftView, FileRow, OnFile
from tongban.cases.services.drafts import needs_old_licence, old_licences
from tongban.cases.services.submitting import licence_for
from tongban.catalogue import queries as catalogue
from tongban.core.actors import Actor
from tongban.core.dates import legal_date
from tongban.core.forms import flatten_for_display
from tongban.core.items import Material
from tongban.core.materials import tailored
from tongban.licences import queries as licences
from tongban.licences.values import LicenceView


def draft(draft_id: str, actor: Actor, now: datetime) -> DraftView:
    """One draft of an applicant the actor acts for. Raises NotFound for anybody else's."""
    row = find_draft(draft_id, actor)
    today = legal_date(now)
    version = catalogue.version(row.item_version_id)
    item = tailored(version.spec, row.variant, row.answers)
    applicant = accounts.applicant(row.applicant_id)
    form = open_form(version.spec.form, row.form)
    situation_done = bool(row.variant) and item.complete
    pages = tuple(DraftPage(page, page.key in row.pages_done) for page in item.form_pages)
    files = _files(row)
    materials = tuple(_material(row, material, files.get(material.key, ()), today) for material in item.materials)
    needs_old = needs_old_licence(version.spec, row.variant)
    return DraftView(
        id=str(row.pk),
        version=version,
        applicant_id=row.applicant_id,
        applicant_name=applicant.name,
        applicant_kind=applicant.kind,
        variant=row.variant,
        answers=item.answers,
        form=form,
        tailored=item,
        situation_done=situation_done,
        pages=pages,
        materials=materials,
        needs_old_licence=needs_old,
        old_licence=row.old_licence,
        old_licences=tuple(_on_file(item) for item in old_licences(row.applicant_id, version.spec))
        if needs_old
        else (),
        complete=situation_done
        and all(page.done for page in pages)
        and all(material.state != "missing" for material in materials),
        submission_key=str(row.submission_key),
        updated_at=row.updated_at,
        display=flatten_for_display(item.form_pages, form),
        field_files={key: rows for key, rows in files.items() if key not in {each.key for each in item.materials}},
        case_number=row.case.number if row.case is not None else "",
    )


def _files(row: Draft) -> dict[str, tuple[FileRow, ...]]:
    out: dict[str, tuple[FileRow, ...]] = {}
    items = list(row.files.order_by("pk"))
    copies = copies_of(items)
    for item in items:
        out[item.material_key] = (*out.get(item.material_key, ()), pending_row(item, copies))
    return out


def _material(row: Draft, spec: Material, files: tuple[FileRow, ...], today: date) -> DraftMaterial:
    usable = licences.on_file(row.applicant_id, spec.licence_type, today) if spec.licence_type else []
    candidates = tuple(_on_file(item) for item in usable)
    licence_id = "" if files else licence_for(row, spec, today)
    if files:
        state = "ready"
    elif licence_id:
        state = "on_file"
    elif spec.provider == "generated":
        state = "generated"
    else:
        state = "missing" if spec.required else "optional"
    return DraftMaterial(spec, state, files, candidates, licence_id)


def _on_file(item: LicenceView) -> OnFile:
    return OnFile(item.id, item.name, item.number, item.valid_to)


def drafts(actor: Actor) -> list[DraftRow]:
    """What the account has begun and not submitted, newest first."""
    rows = (
        Draft.objects.filter(own_or_acted_for(actor, "item_version__item__key"), case=None)
        .select_related("item_version__item", "applicant")
        .order_by("-updated_at")
    )
    return [DraftRow(str(row.pk), row.item_version.item.name, row.applicant.name, row.updated_at) for row in rows]


def draft_file(draft_id: str, actor: Actor, row_id: int) -> FileRow | None:
    """One uploaded file of a draft, for its preview."""
    item = find_draft(draft_id, actor).files.filter(pk=row_id).first()
    return pending_row(item, copies_of([item])) if item else None


def licences_on_file(actor: Actor, item_key: str, now: datetime) -> dict[str, OnFile]:
    """For a guide: which materials of an item the signed-in applicants have on file already (material → licence)."""
    today = legal_date(now)
    version = catalogue.version_in_force(item_key, today)
    out: dict[str, OnFile] = {}
    acted_for = (applicant_id for applicant_id in actor.agency.applicants if acts_on(actor, applicant_id, item_key))
    for applicant_id in (*actor.applicant_ids, *acted_for):
        for material in version.spec.materials:
            if material.licence_type and material.key not in out:
                usable = licences.on_file(applicant_id, material.licence_type, today)
                if usable:
                    out[material.key] = _on_file(usable[0])
    return out
