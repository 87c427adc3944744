"""What a version says: packing it for storage, its digest, its printed lines, its page."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from tongban.core import licensing, specs
from tongban.core.errors import FieldError, Invalid, gettext_noop
from tongban.core.items import LicenceTypeSpec
from tongban.documents.composing import date_text
from tongban.documents.typesetting import qr_svg
from tongban.gateways.seal import Seal
from tongban.licences.models import Licence, LicenceVersion
from tongban.licences.values import Holder, LicenceView
from tongban.records.secrets import blind_index

EFFECT = "依法可靠的电子证照与纸质证照具有同等效力"  # 国务院关于在线政务服务的若干规定 (国务院令第716号), art. 10
VALIDITY_LABEL = "有效期限"
TEMPLATES = frozenset({"licence", "approval", "filing"})


def pack(fields: Mapping[str, str], holder: Holder, issuer_name: str) -> str:
    """The personal part of a version as JSON text, to be encrypted."""
    data = {
        "fields": dict(fields),
        "holder_kind": holder.kind,
        "holder_name": holder.name,
        "holder_id": holder.id_number,
        "issuer_name": issuer_name,
    }
    return json.dumps(data, ensure_ascii=False, sort_keys=True)


def digest(spec: Mapping[str, Any], content: str) -> str:
    """A keyed hash over type and content: evidence of both that gives neither away."""
    text = json.dumps(spec, ensure_ascii=False, sort_keys=True) + "\n" + content
    return blind_index(hashlib.sha256(text.encode()).hexdigest(), "licence_content")


def checked_fields(spec: LicenceTypeSpec, fields: Mapping[str, str]) -> dict[str, str]:
    """``fields`` without empty values. Raises :class:`Invalid` for keys the type does not print."""
    unknown = sorted(set(fields) - {item.key for item in spec.fields})
    if unknown:
        raise Invalid(
            gettext_noop("The licence type %(name)s does not print these entries."),
            remedy=gettext_noop("Leave them out, or add them to the licence type."),
            errors=[FieldError(key, gettext_noop("The licence type does not print this.")) for key in unknown],
            params={"name": spec.name},
        )
    return {key: str(value).strip() for key, value in fields.items() if str(value).strip()}


def validity_text(valid_from: dt.date, valid_to: dt.date | None) -> str:
    """2026年10月16日至2030年10月15日, or that no end is stated."""
    return f"{date_text(valid_from)}至{date_text(valid_to)}" if valid_to else f"自{date_text(valid_from)}起"


def view(licence: Licence, version: LicenceVersion, known: LicenceTypeSpec | None = None) -> LicenceView:
    """The plain value of a licence with one of its versions; ``known`` is its type where that is at hand."""
    spec = known or specs.build(LicenceTypeSpec, version.spec)
    stored = json.loads(version.content)
    return LicenceView(
        id=str(licence.pk),
        type_key=licence.type_key,
        name=spec.name,
        type_code=licence.type_code,
        number=licence.number,
        serial=licence.serial,
        token=licence.token,
        identifier=version.identifier,
        version=version.version,
        newest_version=licence.version,
        kind=version.kind,
        state=licence.state,
        state_since=licence.state_since,
        state_kind=licence.state_kind,
        state_reason=licence.state_reason,
        state_ground=licence.state_ground,
        region_code=licence.region_code,
        applicant_id=licence.applicant_id,
        holder_kind=stored["holder_kind"],
        holder_name=stored["holder_name"],
        holder_id=stored["holder_id"],
        issuer_key=licence.issuer_key,
        issuer_name=stored["issuer_name"],
        issuer_uscc=licence.issuer_uscc,
        issued_on=version.issued_on,
        valid_from=version.valid_from,
        valid_to=version.valid_to,
        fields=stored["fields"],
        spec=spec,
        source_case=version.source_case,
        file_id=str(version.file_id) if version.file_id else "",
        file_sha256=version.file_sha256,
        signed_at=version.signed_at,
        superseded_at=version.superseded_at,
        seq=licence.seq,
        rows=_rows(spec, stored["fields"], version),
    )


def entries(seen: LicenceView) -> dict[str, str]:
    """Everything a clerical correction may touch, by key: printed lines, the holder's name, both days of validity.

    The three beside the lines have names of their own, which no printed line of a type may take.
    """
    beside = {
        licensing.HOLDER_NAME: seen.holder_name,
        licensing.VALID_FROM: seen.valid_from.isoformat(),
        licensing.VALID_TO: seen.valid_to.isoformat() if seen.valid_to else "",
    }
    return {**{item.key: seen.fields.get(item.key, "") for item in seen.spec.fields}, **beside}


def _rows(spec: LicenceTypeSpec, fields: Mapping[str, str], version: LicenceVersion) -> tuple[tuple[str, str], ...]:
    rows = [(item.label, fields[item.key]) for item in spec.fields if item.key in fields]
    if version.valid_to and not any("有效期" in label for label, _ in rows):
        rows.append((VALIDITY_LABEL, validity_text(version.valid_from, version.valid_to)))
    return tuple(rows)


def page(licence: LicenceView, seal: Seal) -> dict[str, Any]:
    """What the certificate templates print, with the picture of the issuer's seal where it has one."""
    return {
        "title": licence.name,
        "issuer": licence.issuer_name,
        "number": licence.number,
        "identifier": licence.identifier,
        "sentence": licence.spec.legal_sentence,
        "holder": licence.holder_name,
        "rows": [list(row) for row in licence.rows],
        "qr": qr_svg(verify_url(licence.token)),
        "seal": seal.trial,
        "seal_picture": seal.picture or None,
        "issued_on": date_text(licence.issued_on),
        "foot": EFFECT + ("。测试样张，不具法律效力。" if seal.trial else "。"),
    }


def verify_url(token: str) -> str:
    """The address in the QR code: the public verification page of one licence."""
    base = str(settings.PUBLIC_BASE_URL).rstrip("/")
    return f"{base}/verify/{token}"
