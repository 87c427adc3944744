"""Gap-free numbers: one upsert inside the verb's transaction, taken last before the row that uses it."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from tongban.core.actors import Actor
from tongban.core.errors import Refused, gettext_noop
from tongban.records.models import Counter, VoidedNumber
from tongban.records.services.events import append_to_chain

_NEXT = (
    "insert into records_counter (scope, value) values (%s, 1)"
    " on conflict (scope) do update set value = records_counter.value + 1 returning value"
)

_NEXT_OF_MANY = (
    "insert into records_counter (scope, value) values {places}"
    " on conflict (scope) do update set value = records_counter.value + 1 returning scope, value"
)


def next_number(scope: str) -> int:
    """The next number of ``scope``, from 1. Rolls back with the caller's transaction, so no gap arises.

    Raises RuntimeError outside a transaction: the number and the row that uses it stand or fall together.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a number is taken inside the transaction that uses it")
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, (scope,))
        (value,) = cursor.fetchone()
    return int(value)


def next_numbers(*scopes: str) -> list[int]:
    """The next number of each of ``scopes``, in one statement; as :func:`next_number`. No scope may be named twice.

    Counters are taken in the order of their names, so that two verbs never wait for each other.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a number is taken inside the transaction that uses it")
    wanted = sorted(scopes)
    places = ", ".join(["(%s, 1)"] * len(wanted))
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_OF_MANY.format(places=places), wanted)
        values = dict(cursor.fetchall())
    return [int(values[scope]) for scope in scopes]


@transaction.atomic
def void_number(scope: str, value: int, reason: str, actor: Actor, now: datetime | None = None) -> None:
    """Record that ``value`` of ``scope`` was taken and will never be used, and why.

    Raises Refused when the number was never handed out or is void already.
    """
    at = now or timezone.now()
    last = Counter.objects.select_for_update().filter(scope=scope).values_list("value", flat=True).first()
    if last is None or not 1 <= value <= last:
        raise Refused(
            gettext_noop("Number %(value)s of %(scope)s was never handed out."),
            remedy=gettext_noop("Check the number."),
            params={"value": value, "scope": scope},
        )
    if VoidedNumber.objects.filter(scope=scope, value=value).exists():
        raise Refused(
            gettext_noop("Number %(value)s of %(scope)s is void already."),
            remedy=gettext_noop("Nothing needs doing."),
            params={"value": value, "scope": scope},
        )
    VoidedNumber.objects.create(scope=scope, value=value, reason=reason, actor_id=actor.id, at=at)
    append_to_chain(
        chain=f"numbers:{scope}",
        verb="void_number",
        actor=actor,
        at=at,
        legal_date=timezone.localtime(at).date(),
        facts={"value": value, "reason": reason},
    )
