"""The scan of a written authority that was signed on paper: cleaned like every upload, kept beside the signed text."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tongban.accounts import services as accounts
from tongban.cases.receiving import receive
from tongban.core.actors import Actor


def add_power_scan(
    *, applicant_id: int, power: int, name: str, content: bytes, actor: Actor, now: datetime
) -> tuple[str, ...]:
    """Add or replace the scan; returns what was taken out of the file (keys of ``records.cleaning.REMOVED``).

    Raises NotFound for anybody but the enterprise's principal, Invalid on ``file`` for what cannot be taken,
    :class:`~tongban.cases.receiving.NotScanned` without a virus scanner's verdict.
    """
    accounts.check_scan(applicant_id=applicant_id, power=power, actor=actor)
    received = receive(content, name)
    with transaction.atomic():
        stored = received.store("power")
        accounts.keep_scan(
            applicant_id=applicant_id, power=power, file_id=stored.id, sha256=stored.sha256, actor=actor, now=now
        )
    return received.removed
