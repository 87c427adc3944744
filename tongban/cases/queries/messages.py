"""The delivery log as officers read it: of a case, and of all cases they may see."""

from __future__ import annotations

from tongban.cases.access import find_case, handled_by
from tongban.cases.models import Case
from tongban.core.actors import Actor
from tongban.core.errors import NotFound, gettext_noop
from tongban.messaging import queries as messages
from tongban.messaging.queries import Asked, LogPage, LogRow


def case_messages(number: str, actor: Actor) -> tuple[str, tuple[LogRow, ...]]:
    """The item's name and every message about a case. Raises NotFound for a case that is not the actor's to see."""
    case = find_case(number, actor)
    return case.item_name, messages.of_case(number)


def message_log(asked: Asked, actor: Actor, page: int) -> LogPage:
    """Messages about the cases that the actor's organisation handles, newest first."""
    seen = Case.objects.filter(handled_by(actor)).values("number")
    return messages.log(asked, seen, page)


def case_message(message_id: str, actor: Actor) -> tuple[str, LogRow]:
    """One message and the number of its case. Raises NotFound for a case that is not the actor's to see."""
    row = messages.one(message_id)
    if row is None or not row.reference:
        raise NotFound(gettext_noop("There is no such message."), remedy=gettext_noop("Go back to the delivery log."))
    return find_case(row.reference, actor).number, row
