"""The signed file of a version: made outside any transaction, recorded in one."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from tongban.core.actors import SYSTEM
from tongban.core.dates import legal_date
from tongban.documents import signing
from tongban.documents.typesetting import typeset
from tongban.gateways import seal as seals
from tongban.licences import content, evidence
from tongban.licences.models import Licence, LicenceVersion
from tongban.licences.services import guards
from tongban.licences.states import State
from tongban.licences.values import LicenceView
from tongban.records import services as records

#: As which kind of document the seal gateway is asked for the seal on a certificate.
SEALED_AS = "licence"


def make_file(*, licence_id: str, now: dt.datetime, version: int = 0) -> LicenceView:
    """Typeset, sign and store the file of ``version`` (0: the newest) and open the licence with it.

    Idempotent: a version that has its file, and a licence that is void, stay as they are. ``now`` is the instant the
    signature states.
    """
    with transaction.atomic():
        licence = guards.locked(licence_id)
        row = _version(licence, version)
    if row.file_sha256 or licence.state == State.VOID:
        return content.view(licence, row)
    seen = content.view(licence, row)
    template = seen.spec.template if seen.spec.template in content.TEMPLATES else "licence"
    seal = seals.seal_for(licence.issuer_key, SEALED_AS, seen.issuer_name)
    unsigned = typeset(f"{template}.typ", content.page(seen, seal))
    signed = signing.sign_pdf(unsigned, reason=f"签发{seen.name}", signed_at=now, location=seen.issuer_name, seal=seal)
    with transaction.atomic():
        licence = guards.locked(licence_id)
        row = _version(licence, row.version)
        if row.file_sha256 or licence.state == State.VOID:
            return content.view(licence, row)
        _open(licence, row, signed, now)
    return content.view(licence, row)


def _version(licence: Licence, version: int) -> LicenceVersion:
    try:
        return licence.versions.get(version=version or licence.version)
    except LicenceVersion.DoesNotExist as error:
        raise guards.not_found() from error


def _open(licence: Licence, version: LicenceVersion, signed: bytes, now: dt.datetime) -> None:
    stored = records.store_file(
        content=signed, name=f"{licence.type_name}.pdf", mime="application/pdf", purpose="licence"
    )
    version.file_id = stored.id
    version.file_sha256 = stored.sha256
    version.signed_at = now
    version.save(update_fields=["file_id", "file_sha256", "signed_at"])
    licence.versions.filter(version__lt=version.version, superseded_at=None).update(superseded_at=now)
    licence.open_version = version.version
    licence.valid_from, licence.valid_to = version.valid_from, version.valid_to
    if licence.state == State.RESERVED:
        licence.state = State.VALID
    evidence.record(
        licence,
        "file",
        actor=SYSTEM,
        now=now,
        day=legal_date(now),
        facts={"version": version.version, "file": stored.sha256, "signed_at": now.isoformat()},
    )
    licence.save()
    for name in getattr(settings, "LICENCE_OPENED_HOOKS", ()):
        import_string(name)(str(licence.pk), version.version, version.source_case)
