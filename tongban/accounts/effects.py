"""Slow work of the accounts room, done by the worker: the file of a written authority."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from tongban.accounts import agents
from tongban.accounts.models import PowerOfAttorney
from tongban.core.actors import SYSTEM
from tongban.documents.typesetting import typeset
from tongban.records.services import store_file


@task()
def render_power(power: int) -> None:
    """Make the PDF of an accepted authority; running it twice keeps the first file."""
    row = PowerOfAttorney.objects.select_related("applicant").get(pk=power)
    if row.file_id is not None:
        return
    content = typeset("notice.typ", payload(row))
    with transaction.atomic():
        name = f"授权委托书{row.number}.pdf"
        stored = store_file(content=content, name=name, mime="application/pdf", purpose="power")
        agents.keep_file(power=power, file_id=str(stored.id), sha256=stored.sha256, actor=SYSTEM, now=timezone.now())


def payload(row: PowerOfAttorney) -> dict[str, Any]:
    """What the template prints: the signed text, who signed and who accepted."""
    document, digest = row.document, agents.document_digest(row.document)
    accepted = f"代理人{row.agent_name}已在网上接受委托。" if row.accepted_at else ""
    lines = [*document["text"], f"{document['signed']}。{accepted}"]
    foot = f"本委托书由委托人在网上签名，文本校验值（SHA-256）：{digest}。"
    return {
        "title": "授权委托书",
        "authority": row.applicant.name,
        "number": row.number,
        "issued_on": agents.day_text(row.signed_at),
        "blocks": [
            {"kind": "facts", "rows": document["facts"]},
            *({"kind": "text", "text": line} for line in lines),
        ],
        "lookup": [],
        "qr": None,
        "seal": False,
        "seal_name": "",
        "foot": foot + ("演示环境样张，不具法律效力。" if settings.DEMO else ""),
    }
