"""The case's documents: which facts go into which notice. Dates come from the same clocks as every screen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tongban.cases import facts, snapshot
from tongban.cases.work import Work
from tongban.core.clock import Limit, Reading, Unit, case_summaries
from tongban.documents import services as documents
from tongban.documents.kinds import IssuingAuthority


def issue(work: Work, kind: str, extra: Mapping[str, Any], *, issued_on: date | None = None) -> str:
    """Number a notice of the case in the verb's transaction and return its id; the file is made by a task."""
    document = documents.issue(
        kind=kind,
        owner=snapshot.chain(work.case),
        data={**common(work), **extra},
        authority=issuing_authority(work, kind),
        actor=work.actor,
        now=work.now,
        issued_on=issued_on,
        rows=work.rows,
    )
    return document.id


def agent_words(name: str, power: str) -> str:
    """Who handed in, with the number of the written authority where an agent did."""
    return f"{name}（授权委托书{power}）" if power else name


def issuing_authority(work: Work, kind: str) -> IssuingAuthority:
    """Receipts, acceptance and correction come from who takes in; everything else from the item's authority."""
    own = work.case.authority
    row = work.reference.organisation(work.case.intake if kind == "receipt" else own)
    government = work.reference.government_of(row.region_code)
    return IssuingAuthority(
        key=row.key,
        name=row.name,
        word=f"{row.region_short}{row.short}",
        uscc=row.uscc,
        region_code=row.region_code,
        reconsideration_body=government.name if government else "",
    )


def common(work: Work) -> dict[str, Any]:
    """What every notice says."""
    case, spec = work.case, work.version.spec
    variant = next((item.name for item in spec.variants if item.key == case.variant), "")
    return {
        "applicant": case.applicant_name,
        "applicant_kind": work.applicant_kind,
        "item": f"{case.item_name}（{variant}）" if variant and len(spec.variants) > 1 else case.item_name,
        "case_number": case.number,
        "lookup_code": case.lookup_code,
        "track": case.track,
        "received_on": case.first_received_on.isoformat(),
        "accepted_on": case.accepted_on.isoformat() if case.accepted_on else "",
        "consult_phone": spec.contact.consult_phone,
        "complaint_phone": spec.contact.complaint_phone,
        "basis": legal_basis(work),
    }


def legal_basis(work: Work) -> str:
    """The item's first provision in force, as a citation."""
    day = work.case.first_received_on
    for item in work.version.spec.legal_basis:
        if item.effective_to is None or item.effective_to >= day:
            title = item.title if item.title.startswith("《") else f"《{item.title}》"
            return f"{title}{item.articles}"
    return ""


def deadline(reading: Reading | None, limit: Limit | None) -> dict[str, Any] | str:
    """A deadline as documents print it: a date, or “N working days from …” while it is provisional."""
    if reading is None or limit is None or reading.due is None or limit.unit is Unit.ON_THE_SPOT:
        return ""
    start = reading.start or reading.due
    return {
        "date": reading.due.isoformat(),
        "provisional": reading.provisional,
        "start": start.isoformat(),
        "value": reading.total if limit.unit is Unit.WORKING_DAY else limit.value,
        "unit": limit.unit.value,
    }


def deadlines(work: Work) -> dict[str, Any]:
    """The main deadlines under the facts as the verb has them now."""
    limits = facts.limits(work.loaded)
    clocks = case_summaries(facts.case_facts(work.loaded), limits, work.calendar, work.today)
    return {
        "statutory_due": deadline(clocks.get("statutory"), limits.statutory),
        "promised_due": deadline(clocks.get("promised"), limits.promised),
        "completeness_due": deadline(clocks.get("completeness"), limits.completeness),
        "certificate_due": deadline(clocks.get("certificate"), limits.certificate),
    }
