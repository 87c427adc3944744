"""The bundled calendar 2004 to 2026, from the chinesecalendar package, without Django.

chinesecalendar (MIT) transcribes the State Council's yearly notices. It refuses later years, as it should: the
operator loads them with ``tongban calendar load`` once the notice is out.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from importlib.metadata import version

from chinese_calendar.constants import holidays, workdays

from tongban.core.calendar import CalendarRow, WorkCalendar, weekday_kind

SEED_REGION = "CN"

#: chinesecalendar's English names → the names the notices use.
HOLIDAY_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}

#: The days the spring of 2020 added to the holiday already announced.
EXTENSION_2020 = (date(2020, 1, 31), date(2020, 2, 2))


@cache
def seed_rows() -> tuple[CalendarRow, ...]:
    """Every day the package knows, whole years; made once a process."""
    day, end = date(min(holidays).year, 1, 1), date(max(holidays).year, 12, 31)
    rows = []
    while day <= end:
        rows.append(_row(day))
        day += timedelta(days=1)
    return tuple(rows)


def _row(day: date) -> CalendarRow:
    source = f"国务院办公厅关于{day.year}年部分节假日安排的通知"
    if EXTENSION_2020[0] <= day <= EXTENSION_2020[1]:
        source = "国务院办公厅关于延长2020年春节假期的通知"
    if day in workdays:
        return CalendarRow(day, "makeup", HOLIDAY_NAMES[str(workdays[day])], source)
    if day in holidays:
        return CalendarRow(day, "holiday", HOLIDAY_NAMES[str(holidays[day])], source)
    return CalendarRow(day, weekday_kind(day))


def seed_version() -> str:
    """The bundled calendar's name: region, package and its version."""
    return f"{SEED_REGION}-chinesecalendar-{version('chinesecalendar')}"


@cache
def bundled() -> WorkCalendar:
    """The bundled calendar; built once a process."""
    return WorkCalendar.build(seed_version(), seed_rows())
