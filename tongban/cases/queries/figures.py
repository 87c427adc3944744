"""Numbers of cases for whoever runs the installation: nothing of a single one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from tongban.cases.models import Case


@dataclass(frozen=True)
class Load:
    """Open cases; of these, paused ones, those whose next step is late, and those late under the statutory limit."""

    open: int
    paused: int
    late: int
    overdue: int


def load(today: date) -> Load:
    """How much lies open on ``today`` and how much of it is late, by the index columns (one statement)."""
    running = Q(paused=False)
    found = Case.objects.filter(is_open=True).aggregate(
        n_open=Count("pk"),
        n_paused=Count("pk", filter=Q(paused=True)),
        n_late=Count("pk", filter=running & Q(next_due_on__lt=today)),
        n_overdue=Count("pk", filter=running & Q(statutory_due_on__lt=today)),
    )
    return Load(found["n_open"], found["n_paused"], found["n_late"], found["n_overdue"])
