"""The calendar in force, and what is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.conf import settings
from django.db.models import QuerySet

from tongban.calendars.models import CalendarDay, CalendarVersion
from tongban.calendars.rules import NATIONAL
from tongban.calendars.seed import bundled
from tongban.core.calendar import CalendarRow, Kind, WorkCalendar, as_kind

#: Calendars kept a process: the present and the one before it, for a few regions.
_KEPT = 8


@dataclass(frozen=True, slots=True)
class VersionView:
    """One load, as the operator sees it."""

    label: str
    region: str
    first: date
    last: date
    added: int
    changed: int
    source_file: str
    loaded_by: str
    loaded_at: datetime


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the calendar in force covers; ``fictitious_from`` is the first invented day, if any is in force."""

    version: str
    first: date
    last: date
    fictitious_from: date | None


def current(region: str = NATIONAL) -> WorkCalendar:
    """The calendar in force in ``region``: the country's, with the region's own days over it.

    Built once a process and version. Before anything is loaded it is the bundled calendar. Invented days are left
    out unless ``ALLOW_FICTITIOUS_CALENDAR`` is set.
    """
    regions = (NATIONAL,) if region == NATIONAL else (NATIONAL, region)
    versions = _newest(regions)
    if not versions:
        return bundled()
    return _built(versions, bool(settings.ALLOW_FICTITIOUS_CALENDAR))


def _newest(regions: tuple[str, ...]) -> tuple[tuple[str, str, str], ...]:
    """(region, label, digest) of each region's newest version, the country first."""
    newest: dict[str, tuple[str, str, str]] = {}
    for version in CalendarVersion.objects.filter(region__in=regions).order_by("region", "-number"):
        newest.setdefault(version.region, (version.region, version.label, version.digest))
    return tuple(newest[region] for region in regions if region in newest)


@lru_cache(maxsize=_KEPT)
def _built(versions: tuple[tuple[str, str, str], ...], with_fictitious: bool) -> WorkCalendar:
    days: dict[date, CalendarRow] = {}
    if versions[0][0] != NATIONAL:
        days = {row.date: row for row in bundled().rows(bundled().first, bundled().last)}
    for region, _label, _digest in versions:
        for row in _rows(region, with_fictitious=with_fictitious):
            if region == NATIONAL or row.date in days:
                days[row.date] = row
    label = "+".join(label for _region, label, _digest in versions)
    return WorkCalendar.build(label if with_fictitious else f"{label}-real", days.values())


def _rows(region: str, *, with_fictitious: bool) -> list[CalendarRow]:
    days = _days(region)
    if not with_fictitious:
        days = days.filter(fictitious=False)
    rows = days.values_list("date", "kind", "name", "source")
    return [CalendarRow(day, _known_kind(kind), name, source) for day, kind, name, source in rows]


def _known_kind(text: str) -> Kind:
    kind = as_kind(text)
    if kind is None:
        raise ValueError(f"the calendar table holds an unknown kind of day: {text!r}")
    return kind


def _days(region: str) -> QuerySet[CalendarDay]:
    return CalendarDay.objects.filter(region=region).order_by("date")


def coverage(region: str = NATIONAL) -> Coverage:
    """What the calendar in force covers."""
    calendar = current(region)
    fictitious = None
    if settings.ALLOW_FICTITIOUS_CALENDAR:
        fictitious = _days(NATIONAL).filter(fictitious=True).values_list("date", flat=True).first()
    return Coverage(calendar.version, calendar.first, calendar.last, fictitious)


def versions(region: str = NATIONAL) -> list[VersionView]:
    """Every load of ``region``, the newest first."""
    return [
        VersionView(
            version.label,
            version.region,
            version.first,
            version.last,
            version.added,
            version.changed,
            version.source_file,
            version.loaded_by,
            version.loaded_at,
        )
        for version in CalendarVersion.objects.filter(region=region).order_by("-number")
    ]
