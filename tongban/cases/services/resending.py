"""Sending a message about a case once more: a named verb with a reason."""

from __future__ import annotations

from datetime import datetime

from tongban.cases.access import find_case
from tongban.core.actors import Actor
from tongban.core.errors import NotFound, gettext_noop
from tongban.messaging import queries as messages
from tongban.messaging import services as messaging


def resend_message(*, message_id: str, reason: str, actor: Actor, now: datetime) -> str:
    """Have a message sent once more; returns the number of its case.

    Raises NotFound for a message about a case that is not the actor's to see, Invalid without a reason, for a message
    that still waits and for 站内消息.
    """
    row = messages.one(message_id)
    if row is None or not row.reference:
        raise NotFound(gettext_noop("There is no such message."), remedy=gettext_noop("Go back to the delivery log."))
    find_case(row.reference, actor)
    messaging.resend(message_id=message_id, reason=reason, actor=actor, now=now)
    return row.reference
