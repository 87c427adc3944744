"""Counters and voided numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tongban.records.models import Counter, VoidedNumber
from tongban.records.values import Finding, VoidedView


def counter(scope: str) -> int:
    """The last number handed out in ``scope``; 0 when none was."""
    return Counter.objects.filter(scope=scope).values_list("value", flat=True).first() or 0


def scopes(prefix: str = "") -> list[str]:
    """Scopes that have handed out numbers and begin with ``prefix``."""
    return list(Counter.objects.filter(scope__startswith=prefix).order_by("scope").values_list("scope", flat=True))


def voided(scope: str) -> list[VoidedView]:
    """Numbers of ``scope`` that were taken and will never be used."""
    rows = VoidedNumber.objects.filter(scope=scope).order_by("value")
    return [VoidedView(row.scope, row.value, row.reason, row.actor_id, row.at) for row in rows]


def check_numbers(scope: str, used: Iterable[int]) -> Iterator[Finding]:
    """Compare the numbers that rows of ``scope`` carry with what was handed out.

    A number handed out, not void and not carried by a row means that its row was deleted, with its chain perhaps,
    before a seal could hold it. Rooms call this from the function they name in ``AUDIT_FOLDERS``.
    """
    last = counter(scope)
    void = set(VoidedNumber.objects.filter(scope=scope).values_list("value", flat=True))
    missing = set(range(1, last + 1)) - void
    for value in used:
        if value in void:
            yield _finding(scope, value, "void_number_used", "number %d of %s is void and yet in use")
        elif not 1 <= value <= last and not 1 <= value <= counter(scope):  # taken while this ran: look again
            yield _finding(scope, value, "unknown_number", "number %d of %s is in use but was never handed out")
        missing.discard(value)
    for value in sorted(missing - {late.value for late in voided(scope)}):
        yield _finding(scope, value, "missing_number", "number %d of %s was handed out and its record is gone")


def _finding(scope: str, value: int, problem: str, message: str) -> Finding:
    return Finding(f"numbers:{scope}", value, problem, message % (value, scope))
