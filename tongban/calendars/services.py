"""Loading days: the bundled years, the yearly notice, a district's own exceptions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Min
from django.utils.module_loading import import_string

from tongban.calendars.files import read_file
from tongban.calendars.models import CalendarDay, CalendarVersion
from tongban.calendars.rules import NATIONAL, FileRow, Findings, check_rows
from tongban.calendars.seed import seed_rows, seed_version
from tongban.core.actors import SYSTEM, Actor
from tongban.core.calendar import CalendarRow
from tongban.core.errors import Invalid, Refused, gettext_noop
from tongban.core.law import Citation

_BATCH = 1000
DEMO_FILE = Path(__file__).parent / "data" / "2027-demo.csv"


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What a load did: days new to the region, days that became another kind, days that were so already.

    ``version`` is empty where nothing changed (or on a trial run).
    """

    version: str
    first: date
    last: date
    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class _Plan:
    added: list[CalendarDay]
    changed: list[CalendarDay]
    unchanged: int


@transaction.atomic
def ensure_seed(*, now: datetime) -> int:
    """Bring the bundled years the table does not have yet; returns the number of days added.

    Years that are there are left alone: what the operator loaded wins over the package.
    """
    newest = CalendarDay.objects.filter(region=NATIONAL, fictitious=False).aggregate(newest=Max("date"))["newest"]
    rows = [row for row in seed_rows() if newest is None or row.date > newest]
    if not rows:
        return 0
    CalendarDay.objects.filter(
        region=NATIONAL, fictitious=True, date__gte=rows[0].date, date__lte=rows[-1].date
    ).delete()
    CalendarDay.objects.bulk_create([_model(NATIONAL, row, False) for row in rows], batch_size=_BATCH)
    _new_version(NATIONAL, len(rows), 0, seed_version(), SYSTEM, now)
    return len(rows)


def load_file(*, path: Path, actor: Actor, now: datetime, region: str = NATIONAL, trial: bool = False) -> LoadResult:
    """Read ``path`` and load its days (:func:`load`)."""
    return load(rows=read_file(path), source_file=path.name, actor=actor, now=now, region=region, trial=trial)


def load(
    *,
    rows: Sequence[FileRow],
    source_file: str,
    actor: Actor,
    now: datetime,
    region: str = NATIONAL,
    trial: bool = False,
) -> LoadResult:
    """Make ``rows`` the region's days and tell every hook of ``CALENDAR_LOADED_HOOKS``.

    For the country each year must be complete and join the years already loaded; a district gives only its own
    exceptions. Loading the same again changes nothing. With ``trial`` nothing is written. Raises :class:`Invalid`
    naming each row, column and remedy, :class:`Refused` for invented days outside a demonstration or a load at
    the same moment as another.
    """
    findings = check_rows(rows, region=region)
    if findings.errors:
        raise Invalid(gettext_noop("The calendar file was not loaded."), errors=findings.errors)
    _refuse_fictitious(rows)
    try:
        with transaction.atomic():
            return _load(rows, source_file, actor, now, region, trial)
    except IntegrityError:
        raise Refused(
            gettext_noop("Somebody else loaded a calendar at the same moment."),
            remedy=gettext_noop("Look at `tongban calendar status` and load the file again if it is still needed."),
        ) from None


def _load(
    rows: Sequence[FileRow], source_file: str, actor: Actor, now: datetime, region: str, trial: bool
) -> LoadResult:
    ensure_seed(now=now)
    _check_against_loaded(rows, region)
    plan = _plan(rows, region)
    first, last = min(item.row.date for item in rows), max(item.row.date for item in rows)
    version = ""
    if trial:
        transaction.set_rollback(True)
    elif plan.added or plan.changed:
        version = _write(plan, region, source_file, actor, now)
        _tell_hooks(version, now)
    return LoadResult(version, first, last, len(plan.added), len(plan.changed), plan.unchanged)


def load_demo_year(*, now: datetime) -> LoadResult:
    """Load the invented year that comes with the demonstration; refused in any other start."""
    return load_file(path=DEMO_FILE, actor=SYSTEM, now=now)


def _refuse_fictitious(rows: Iterable[FileRow]) -> None:
    invented = next((item for item in rows if item.fictitious), None)
    if invented is not None and not settings.ALLOW_FICTITIOUS_CALENDAR:
        raise Refused(
            gettext_noop("Row %(row)s: %(date)s is labelled 演示, an invented day. No real deadline may rest on it."),
            remedy=gettext_noop("Load the year's published notice; invented days are for the demonstration only."),
            rule=Citation("holiday_notice"),
            params={"row": invented.number, "date": invented.row.date},
        )


def _check_against_loaded(rows: Sequence[FileRow], region: str) -> None:
    """New years join the loaded ones, and an invented day never takes the place of a published one."""
    findings = Findings()
    loaded = CalendarDay.objects.filter(region=NATIONAL)
    if not settings.ALLOW_FICTITIOUS_CALENDAR:
        loaded = loaded.filter(fictitious=False)
    reach = loaded.aggregate(oldest=Min("date"), newest=Max("date"))
    given = sorted({item.row.date.year for item in rows})
    if given[0] < reach["oldest"].year:
        findings.add(
            None,
            "date",
            gettext_noop("%(year)s cannot be loaded: the calendar begins with %(first)s."),
            gettext_noop("Leave out the years before %(first)s."),
            year=given[0],
            first=reach["oldest"].year,
        )
    expected = reach["newest"].year + 1
    for year in [year for year in given if year >= expected]:
        if region != NATIONAL or year > expected:
            findings.add(
                None,
                "date",
                gettext_noop("%(year)s cannot be loaded: %(missing)s is not loaded yet."),
                gettext_noop("Load the country's calendar of %(missing)s first."),
                year=year,
                missing=expected,
            )
        expected = year + 1
    _check_replacements(rows, region, findings)
    if findings.errors:
        raise Invalid(gettext_noop("The calendar file was not loaded."), errors=findings.errors)


def _check_replacements(rows: Sequence[FileRow], region: str, findings: Findings) -> None:
    invented = {item.row.date: item.number for item in rows if item.fictitious}
    if not invented:
        return
    published = CalendarDay.objects.filter(
        region=region, fictitious=False, date__gte=min(invented), date__lte=max(invented)
    )
    first = published.values_list("date", flat=True).first()
    if first is not None:
        findings.add(
            invented.get(first),
            "source",
            gettext_noop("%(date)s is published already; an invented day cannot replace it."),
            gettext_noop("Leave out the days that are published."),
            date=first,
        )


def _plan(rows: Sequence[FileRow], region: str) -> _Plan:
    first, last = min(item.row.date for item in rows), max(item.row.date for item in rows)
    loaded = {day.date: day for day in CalendarDay.objects.filter(region=region, date__gte=first, date__lte=last)}
    added, changed, unchanged = [], [], 0
    for item in rows:
        new = _model(region, item.row, item.fictitious)
        old = loaded.get(new.date)
        if old is None:
            added.append(new)
        elif _content(old) == _content(new):
            unchanged += 1
        else:
            new.pk = old.pk
            changed.append(new)
    return _Plan(added, changed, unchanged)


def _model(region: str, row: CalendarRow, fictitious: bool) -> CalendarDay:
    return CalendarDay(
        region=region, date=row.date, kind=row.kind, name=row.name, source=row.source, fictitious=fictitious
    )


def _content(day: CalendarDay) -> tuple[str, str, str, bool]:
    return day.kind, day.name, day.source, day.fictitious


def _write(plan: _Plan, region: str, source_file: str, actor: Actor, now: datetime) -> str:
    CalendarDay.objects.bulk_create(plan.added, batch_size=_BATCH)
    CalendarDay.objects.bulk_update(plan.changed, fields=("kind", "name", "source", "fictitious"), batch_size=_BATCH)
    return _new_version(region, len(plan.added), len(plan.changed), source_file, actor, now)


def _new_version(region: str, added: int, changed: int, source_file: str, actor: Actor, now: datetime) -> str:
    digest = hashlib.sha256()
    days = list(
        CalendarDay.objects.filter(region=region)
        .order_by("date")
        .values_list("date", "kind", "name", "source", "fictitious")
    )
    for day, kind, name, source, fictitious in days:
        digest.update(f"{day.isoformat()}|{kind}|{name}|{source}|{int(fictitious)}\n".encode())
    number = CalendarVersion.objects.filter(region=region).aggregate(newest=Max("number"))["newest"] or 0
    version = CalendarVersion.objects.create(
        region=region,
        number=number + 1,
        digest=digest.hexdigest(),
        first=days[0][0],
        last=days[-1][0],
        added=added,
        changed=changed,
        source_file=source_file[:255],
        loaded_by=actor.id[:150],
        loaded_at=now,
    )
    return version.label


def _tell_hooks(version: str, now: datetime) -> None:
    """Rooms above subscribe by dotted name: each hook is called as ``hook(version=…, now=…)`` in the transaction."""
    for name in settings.CALENDAR_LOADED_HOOKS:
        import_string(name)(version=version, now=now)
