"""From a granted case to the licences room: what is printed, whose it is, how long it is valid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tongban.accounts import queries as accounts
from tongban.cases.privacy import open_form
from tongban.cases.snapshot import chain
from tongban.cases.work import Work
from tongban.core.clock import Unit, validity_end
from tongban.core.errors import Refused, gettext_noop
from tongban.core.forms import fields_of, show_value
from tongban.core.items import LicenceTypeSpec, VariantKind
from tongban.licences import queries as licences
from tongban.licences import services as licence_services
from tongban.licences.states import CancellationGround
from tongban.licences.values import Holder, Issuer, Term


def make(work: Work) -> str:
    """Reserve a new licence or make a new version of the old one, as the variant says; return the licence's id."""
    spec = work.version.spec.result.licence_type
    if spec is None:
        raise Refused(
            gettext_noop("This item ends without a certificate."), remedy=gettext_noop("Deliver the decision instead.")
        )
    kind = next((item.kind for item in work.version.spec.variants if item.key == work.case.variant), VariantKind.NEW)
    old = work.case.old_licence
    if old and kind is VariantKind.CHANGE:
        return licence_services.change(
            licence_id=old, fields=fields(work, spec), spec=spec, holder=_holder(work), **_by(work)
        ).id
    if old and kind is VariantKind.RENEWAL:
        start = _day_after(licences.get(old).valid_to, work.today)
        return licence_services.renew(
            licence_id=old,
            valid_from=start,
            valid_to=valid_to(work, start),
            fields=fields(work, spec),
            spec=spec,
            holder=_holder(work),
            **_by(work),
        ).id
    if old and kind is VariantKind.REPLACEMENT:
        return licence_services.replace(licence_id=old, **_by(work)).id
    start = work.case.decided_on or work.today
    return licence_services.reserve(
        spec=spec,
        issuer=_issuer(work),
        holder=_holder(work),
        fields=fields(work, spec),
        term=Term(work.today, start, valid_to(work, start)),
        rows=work.rows,
        **_by(work),
    ).id


def cancel_old(work: Work) -> None:
    """A granted cancellation ends the old licence at once, on the ground that its holder asked for it (art. 70(6))."""
    kind = next((item.kind for item in work.version.spec.variants if item.key == work.case.variant), None)
    if kind is VariantKind.CANCELLATION and work.case.old_licence:
        reason = f"持证人申请注销（办件编号{work.case.number}）"
        licence_services.cancel(
            licence_id=work.case.old_licence,
            ground=CancellationGround.OTHER_LAW,
            reason=reason,
            actor=work.office,
            now=work.now,
        )


def _by(work: Work) -> dict[str, Any]:
    return {"case_chain": chain(work.case), "actor": work.office, "now": work.now}


def _day_after(end: date | None, today: date) -> date:
    """A renewed period follows the old one without a gap; a lapsed one starts today."""
    return date.fromordinal(end.toordinal() + 1) if end is not None and end >= today else today


def valid_to(work: Work, start: date) -> date | None:
    """The last day of validity, the variant's own where the law gives it one; None where the item states no end."""
    spec = work.version.spec
    variant = next((item for item in spec.variants if item.key == work.case.variant), None)
    validity = (variant.validity if variant else None) or spec.result.validity
    if not validity.value:
        return None
    start_counts = validity.unit in (Unit.MONTH, Unit.YEAR)
    return validity_end(start, validity.value, validity.unit, start_counts=start_counts)


def _issuer(work: Work) -> Issuer:
    row = work.reference.organisation(work.case.authority)
    return Issuer(row.key, row.name, row.uscc, row.region_code)


def _holder(work: Work) -> Holder:
    row = accounts.applicant(work.case.applicant_id)
    return Holder(row.kind, row.name, row.id_number, row.id)


def fields(work: Work, spec: LicenceTypeSpec) -> dict[str, str]:
    """The printed values: each licence field names where its value is (``form.address``, ``applicant.name``)."""
    form = open_form(work.version.spec.form, work.case.form)
    return {item.key: value for item in spec.fields if (value := _value(work, form, item.source))}


def _value(work: Work, form: Mapping[str, Any], source: str) -> str:
    room, _, path = source.partition(".")
    if room == "form":
        return form_value(work, form, path)
    if room == "applicant":
        row = accounts.applicant(work.case.applicant_id)
        known = {"uscc": row.id_number, "id_number": row.id_number}
        return str(known.get(path) or getattr(row, path, ""))
    return str(getattr(work.case, path, "") or "") if room == "case" else ""


def form_value(work: Work, form: Mapping[str, Any], path: str) -> str:
    """One form value as text, with labels for choices and the unit of a number."""
    key, _, part = path.partition(".")
    field = next((item for item in fields_of(work.version.spec.form) if item.key == key), None)
    value = form.get(key)
    if field is None or value in (None, ""):
        return ""
    if part:
        return str(value.get(part, "")) if isinstance(value, Mapping) else ""
    return show_value(field, value)
