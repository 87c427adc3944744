"""Reserving a licence and making new versions of it. The file of every version is made by a task."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from django.db import transaction

from tongban.core import licensing, specs
from tongban.core.actors import Actor
from tongban.core.dates import legal_date
from tongban.core.errors import Invalid, gettext_noop
from tongban.core.items import LicenceTypeSpec
from tongban.licences import content, evidence, numbering
from tongban.licences.models import Licence, LicenceVersion
from tongban.licences.services import guards
from tongban.licences.values import Holder, Issuer, LicenceView, Term
from tongban.outbox import services as outbox
from tongban.records.rows import Rows, fresh
from tongban.records.secrets import blind_index
from tongban.records.values import JSON, Head

TOKEN_BYTES = 16


@dataclass(frozen=True)
class _Version:
    """What a new version says."""

    kind: str
    spec: LicenceTypeSpec
    fields: Mapping[str, str]
    holder: Holder
    issuer_name: str
    term: Term
    case_chain: str


def reserve(
    *,
    spec: LicenceTypeSpec,
    issuer: Issuer,
    holder: Holder,
    fields: Mapping[str, str],
    term: Term,
    case_chain: str,
    actor: Actor,
    now: dt.datetime,
    rows: Rows | None = None,
) -> LicenceView:
    """Reserve number and identifier of a new licence and have its first file made.

    ``fields`` are printed values by the keys of ``spec.fields``. Nothing is delivered or publicly verified before
    the signed file's hash is on record. Call it inside the transaction of the case's verb; with ``rows`` its rows are
    written with the verb's others. Raises
    :class:`Invalid` for a pattern, code, entry or period that cannot be.
    """
    guards.check_office(issuer.region_code, actor)
    _check_term(term)
    printed = content.checked_fields(spec, fields)
    numbering.number_scope(spec, issuer, term.issued_on.year)
    numbering.identifier(spec.code, issuer.uscc, "0", 1)
    with transaction.atomic() if rows is None else nullcontext():
        drawn = numbering.draw(spec, issuer, term.issued_on.year)
        licence = fresh(
            Licence,
            region_code=issuer.region_code,
            type_key=spec.key,
            type_name=spec.name,
            type_code=spec.code,
            number=drawn.number,
            number_scope=drawn.scope,
            number_value=drawn.value,
            serial=drawn.serial,
            token=secrets.token_urlsafe(TOKEN_BYTES),
            state_since=term.issued_on,
            valid_from=term.valid_from,
            valid_to=term.valid_to,
            issuer_key=issuer.key,
            issuer_name=issuer.name,
            issuer_uscc=issuer.uscc,
            head_hash=Head.ZERO.hash,
            created_at=now,
        )
        _put_holder(licence, holder)
        data = _Version("issue", spec, printed, holder, issuer.name, term, case_chain)
        together = rows if rows is not None else Rows()
        view = _add(licence, data, actor=actor, now=now, facts=evidence.licence_facts(licence), rows=together)
        if rows is None:
            together.write()
        return view


def change(
    *,
    licence_id: str,
    fields: Mapping[str, str],
    case_chain: str,
    actor: Actor,
    now: dt.datetime,
    holder: Holder | None = None,
    spec: LicenceTypeSpec | None = None,
    issued_on: dt.date | None = None,
) -> LicenceView:
    """变更: a new version with new contents; number, serial and validity stay (行政许可法 art. 49)."""
    with transaction.atomic():
        licence, old, day = _changeable(licence_id, actor, now, issued_on)
        term = Term(day, old.valid_from, old.valid_to)
        return _successor(licence, old, "change", term, case_chain, actor, now, fields, holder, spec)


def renew(
    *,
    licence_id: str,
    valid_from: dt.date,
    valid_to: dt.date | None,
    case_chain: str,
    actor: Actor,
    now: dt.datetime,
    fields: Mapping[str, str] | None = None,
    holder: Holder | None = None,
    spec: LicenceTypeSpec | None = None,
    issued_on: dt.date | None = None,
) -> LicenceView:
    """延续: a new version with a new period of validity (行政许可法 art. 50)."""
    with transaction.atomic():
        licence, old, day = _changeable(licence_id, actor, now, issued_on)
        term = Term(day, valid_from, valid_to)
        _check_term(term)
        return _successor(licence, old, "renew", term, case_chain, actor, now, fields, holder, spec)


def replace(
    *, licence_id: str, actor: Actor, now: dt.datetime, case_chain: str = "", issued_on: dt.date | None = None
) -> LicenceView:
    """补发、换发: the same contents as a new version; files of the old one no longer verify as current.

    Without a case of its own the new version belongs to the case that led to the old one.
    """
    with transaction.atomic():
        licence, old, day = _changeable(licence_id, actor, now, issued_on)
        term = Term(day, old.valid_from, old.valid_to)
        return _successor(licence, old, "replace", term, case_chain or old.source_case, actor, now)


def correct(*, licence_id: str, entries: Mapping[str, str], actor: Actor, now: dt.datetime) -> LicenceView:
    """更正 of a clerical error: a new version in which exactly ``entries`` differ; the decision stands as it was taken.

    ``entries`` are printed values by key, with ``holder_name``, ``valid_from`` and ``valid_to`` (ISO days) beside
    them. The holder's number and the licence's own are no clerical matter: another number is another licence. Raises
    :class:`Invalid` as :func:`tongban.core.licensing.corrected` does.
    """
    with transaction.atomic():
        licence, old, day = _changeable(licence_id, actor, now, None)
        changed = licensing.corrected(content.entries(old), entries)
        after = {**content.entries(old), **changed}
        term = Term(day, dt.date.fromisoformat(after[licensing.VALID_FROM]), _day(after[licensing.VALID_TO]))
        holder = Holder(old.holder_kind, after[licensing.HOLDER_NAME], old.holder_id, licence.applicant_id)
        fields = {**old.fields, **{key: text for key, text in changed.items() if key in _printed(old)}}
        return _successor(licence, old, "correct", term, old.source_case, actor, now, fields, holder)


def _printed(seen: LicenceView) -> set[str]:
    return {item.key for item in seen.spec.fields}


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _changeable(
    licence_id: str, actor: Actor, now: dt.datetime, issued_on: dt.date | None
) -> tuple[Licence, LicenceView, dt.date]:
    licence = guards.locked(licence_id)
    day = issued_on or legal_date(now)
    guards.check_office(licence.region_code, actor)
    guards.check_new_version(licence)
    return licence, content.view(licence, guards.newest(licence)), day


def _successor(
    licence: Licence,
    old: LicenceView,
    kind: str,
    term: Term,
    case_chain: str,
    actor: Actor,
    now: dt.datetime,
    fields: Mapping[str, str] | None = None,
    holder: Holder | None = None,
    spec: LicenceTypeSpec | None = None,
) -> LicenceView:
    """Add the version after ``old``; what is not given stays as it was."""
    new_spec = spec or old.spec
    if new_spec.code != licence.type_code:
        raise Invalid(
            gettext_noop("A licence keeps its type: %(old)s cannot become %(new)s."),
            remedy=gettext_noop("Issue a new licence of the other type and cancel this one."),
            params={"old": licence.type_code, "new": new_spec.code},
        )
    new_holder = holder or Holder(old.holder_kind, old.holder_name, old.holder_id, licence.applicant_id)
    known = {item.key for item in new_spec.fields}
    printed = content.checked_fields(
        new_spec, fields if fields is not None else {key: text for key, text in old.fields.items() if key in known}
    )
    licence.version += 1
    licence.type_name = new_spec.name
    _put_holder(licence, new_holder)
    data = _Version(kind, new_spec, printed, new_holder, old.issuer_name, term, case_chain)
    rows = Rows()
    view = _add(licence, data, actor=actor, now=now, facts={}, rows=rows)
    rows.write()
    return view


def _add(
    licence: Licence, data: _Version, *, actor: Actor, now: dt.datetime, facts: dict[str, JSON], rows: Rows
) -> LicenceView:
    from tongban.licences.effects import make_licence_file

    spec = specs.plain(data.spec)
    packed = content.pack(data.fields, data.holder, data.issuer_name)
    version = fresh(
        LicenceVersion,
        licence=licence,
        version=licence.version,
        kind=data.kind,
        identifier=numbering.identifier(licence.type_code, licence.issuer_uscc, licence.serial, licence.version),
        spec=spec,
        content=packed,
        digest=content.digest(spec, packed),
        issued_on=data.term.issued_on,
        valid_from=data.term.valid_from,
        valid_to=data.term.valid_to,
        source_case=data.case_chain,
        created_at=now,
    )
    evidence.record(
        licence,
        data.kind,
        actor=actor,
        now=now,
        day=data.term.issued_on,
        facts={**facts, **evidence.holder_facts(licence), **evidence.version_facts(version)},
        rows=rows,
    )
    if licence._state.adding:
        rows.insert(licence)
    else:
        licence.save()
    rows.insert(version)
    rows.insert(outbox.prepared(make_licence_file, str(licence.pk), version.version))
    return content.view(licence, version, data.spec)


def _put_holder(licence: Licence, holder: Holder) -> None:
    licence.applicant_id = holder.applicant_id
    licence.holder_kind = holder.kind
    licence.holder_name = holder.name
    licence.holder_id = holder.id_number
    licence.holder_index = blind_index(holder.id_number, "licence_holder")


def _check_term(term: Term) -> None:
    if term.valid_to is not None and term.valid_to < term.valid_from:
        raise Invalid(
            gettext_noop("The validity would end before it begins."),
            remedy=gettext_noop("Check both dates of the validity."),
        )
