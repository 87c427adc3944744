"""What a file of days must satisfy before it becomes law for our deadlines. Pure: no database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from tongban.core.calendar import KINDS, CalendarRow, weekday_kind
from tongban.core.errors import FieldError, gettext_noop

#: The label every fictitious day carries in its source.
FICTITIOUS_LABEL = "演示"
#: Statutory holidays a year since 2025 (全国年节及纪念日放假办法, 国务院令第795号). Fewer means a template nobody
#: filled in, since make-up days only add to the days off.
LEAST_HOLIDAYS = 13
NATIONAL = "CN"

_ONE_DAY = timedelta(days=1)
_MOST_GAPS = 5


@dataclass(frozen=True, slots=True)
class FileRow:
    """A day and the row of the file it came from (the heading is row 1)."""

    number: int
    row: CalendarRow

    @property
    def fictitious(self) -> bool:
        """Whether the day is invented, for demonstration."""
        return FICTITIOUS_LABEL in self.row.source or FICTITIOUS_LABEL in self.row.name


@dataclass(slots=True)
class Findings:
    """Problems of a file, each with the row and column it is about: ``rows.12.kind``."""

    errors: list[FieldError] = field(default_factory=list)

    def add(self, number: int | None, column: str, message: str, remedy: str, **params: object) -> None:
        """Note one problem; ``number`` is ``None`` for the file as a whole."""
        path = f"rows.{number}.{column}" if number is not None else column
        self.errors.append(FieldError(path, message, remedy, {"row": number, "column": column, **params}))


def check_rows(rows: Sequence[FileRow], *, region: str) -> Findings:
    """Everything wrong with ``rows`` on their own, whatever is loaded already."""
    findings = Findings()
    if not rows:
        findings.add(
            None,
            "file",
            gettext_noop("The file holds no days."),
            gettext_noop("`tongban calendar template YEAR` writes one to fill in."),
        )
        return findings
    _check_each(rows, findings)
    _check_doubles(rows, findings)
    if region == NATIONAL:
        for year in sorted({item.row.date.year for item in rows}):
            _check_year(year, [item.row for item in rows if item.row.date.year == year], findings)
    return findings


def _check_each(rows: Iterable[FileRow], findings: Findings) -> None:
    for item in rows:
        row = item.row
        if row.kind not in KINDS:
            findings.add(
                item.number,
                "kind",
                gettext_noop("Row %(row)s: “%(kind)s” is not a kind of day."),
                gettext_noop("Write workday, weekend, holiday or makeup (工作日, 公休日, 节假日, 调休上班)."),
                kind=row.kind,
            )
            continue
        at_weekend = weekday_kind(row.date) == "weekend"
        if (row.kind == "workday" and at_weekend) or (row.kind in ("weekend", "makeup") and not at_weekend):
            findings.add(
                item.number,
                "kind",
                gettext_noop("Row %(row)s: %(date)s cannot be %(kind)s, going by its day of the week."),
                gettext_noop("Saturdays and Sundays are weekend, makeup or holiday; other days workday or holiday."),
                kind=row.kind,
                date=row.date,
            )
        if row.kind in ("holiday", "makeup") and not row.source.strip():
            findings.add(
                item.number,
                "source",
                gettext_noop("Row %(row)s: the document that makes %(date)s %(kind)s is not named."),
                gettext_noop("Write the notice's title and number into the source column."),
                kind=row.kind,
                date=row.date,
            )


def _check_doubles(rows: Iterable[FileRow], findings: Findings) -> None:
    seen: dict[date, int] = {}
    for item in rows:
        earlier = seen.setdefault(item.row.date, item.number)
        if earlier != item.number:
            findings.add(
                item.number,
                "date",
                gettext_noop("Row %(row)s: %(date)s is already given in row %(earlier)s."),
                gettext_noop("Keep one row for each day."),
                date=item.row.date,
                earlier=earlier,
            )


def _check_year(year: int, rows: Sequence[CalendarRow], findings: Findings) -> None:
    for first, last in missing_days(year, {row.date for row in rows})[:_MOST_GAPS]:
        findings.add(
            None,
            "date",
            gettext_noop("%(year)s is not complete: %(first)s to %(last)s is missing."),
            gettext_noop("Give every day from 1 January to 31 December, working or not."),
            year=year,
            first=first,
            last=last,
        )
    holidays = sum(row.kind == "holiday" for row in rows)
    if holidays < LEAST_HOLIDAYS and year >= 2025:
        findings.add(
            None,
            "kind",
            gettext_noop("%(year)s has only %(count)s holidays; the law gives at least %(least)s."),
            gettext_noop("Enter every holiday and make-up day of the year's notice."),
            year=year,
            count=holidays,
            least=LEAST_HOLIDAYS,
        )


def missing_days(year: int, given: set[date]) -> list[tuple[date, date]]:
    """Stretches of ``year`` that ``given`` lacks, as (first, last)."""
    gaps: list[tuple[date, date]] = []
    day = date(year, 1, 1)
    while day.year == year:
        if day not in given:
            if gaps and gaps[-1][1] == day - _ONE_DAY:
                gaps[-1] = (gaps[-1][0], day)
            else:
                gaps.append((day, day))
        day += _ONE_DAY
    return gaps
