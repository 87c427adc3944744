"""Events of a licence's own chain."""

from __future__ import annotations

import datetime as dt
import hashlib

from tongban.core.actors import Actor
from tongban.licences.models import Licence, LicenceRequest, LicenceVersion
from tongban.records import services as records
from tongban.records.rows import Rows
from tongban.records.secrets import blind_index
from tongban.records.values import JSON, Head


def chain(licence_id: object) -> str:
    """The chain of one licence."""
    return f"licence:{licence_id}"


def record(
    licence: Licence,
    verb: str,
    *,
    actor: Actor,
    now: dt.datetime,
    day: dt.date,
    facts: dict[str, JSON] | None = None,
    rows: Rows | None = None,
) -> None:
    """Append one event and move the head that the row stores; the caller saves the row in the same transaction.

    With ``rows`` the event is written with the verb's other rows.
    """
    head = records.append_event(
        chain=chain(licence.pk),
        head=Head(licence.seq, licence.head_hash),
        verb=verb,
        actor=actor,
        at=now,
        legal_date=day,
        facts={"state": str(licence.state), "open_version": licence.open_version, **(facts or {})},
        rows=rows,
    )
    licence.seq, licence.head_hash = head.seq, head.hash


def version_facts(version: LicenceVersion) -> dict[str, JSON]:
    """What events say about a version; comparing it with the row is the audit."""
    return {
        "version": version.version,
        "kind": version.kind,
        "identifier": version.identifier,
        "digest": version.digest,
        "issued_on": version.issued_on.isoformat(),
        "valid_from": version.valid_from.isoformat(),
        "valid_to": version.valid_to.isoformat() if version.valid_to else None,
        "source_case": version.source_case,
    }


def licence_facts(licence: Licence) -> dict[str, JSON]:
    """What the first event says about the licence itself."""
    return {
        "type": licence.type_key,
        "type_code": licence.type_code,
        "number": licence.number,
        "serial": licence.serial,
        "token": licence.token,
        "issuer": licence.issuer_uscc,
        "region": licence.region_code,
    }


def holder_facts(licence: Licence) -> dict[str, JSON]:
    """Who holds it, without naming anybody."""
    return {"holder": licence.holder_index, "holder_kind": licence.holder_kind, "applicant": licence.applicant_id}


#: Events about what is asked of a licence, each with all of :func:`request_facts`.
REQUEST_VERBS = frozenset({"ask", "propose", "confirm", "turn_down", "take_back"})


def request_facts(row: LicenceRequest) -> dict[str, JSON]:
    """What events say about a request: its words by their keyed digest only."""
    text = "\n".join((row.verb, row.ground, row.content, row.answer))
    said = blind_index(hashlib.sha256(text.encode()).hexdigest(), "licence_request")
    return {"request": str(row.pk), "verb": row.verb, "stands": row.state, "said": said}
