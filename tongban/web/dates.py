"""Dates and times as the pages write them.

10月13日 in running text (with the year where it is not this one), 2026年10月13日 on documents, 10-13 10:51 in desk
logs; in English 13 October and 13 October 2026. Instants are shown in Asia/Shanghai.
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from tongban.web.language import is_chinese

_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def as_date(value: date | datetime) -> date:
    """The Shanghai date of an instant; a date is returned unchanged."""
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


def day(value: date | datetime) -> str:
    """10月13日, or 2027年1月8日 when the year is not the current one."""
    known = as_date(value)
    if known.year != timezone.localdate().year:
        return full_day(known)
    return f"{known.month}月{known.day}日" if is_chinese() else f"{known.day} {_MONTHS[known.month - 1]}"


def full_day(value: date | datetime) -> str:
    """2026年10月13日 / 13 October 2026."""
    known = as_date(value)
    if is_chinese():
        return f"{known.year}年{known.month}月{known.day}日"
    return f"{known.day} {_MONTHS[known.month - 1]} {known.year}"


def weekday(value: date | datetime) -> str:
    """周二 / Tue."""
    number = as_date(value).weekday()
    return f"周{_WEEKDAYS_ZH[number]}" if is_chinese() else _WEEKDAYS_EN[number]


def clock_time(value: datetime) -> str:
    """16:20."""
    return timezone.localtime(value).strftime("%H:%M")


def moment(value: datetime) -> str:
    """10月12日 16:20 / 12 Oct 16:20."""
    words = day(value)
    if not is_chinese():
        month = _MONTHS[as_date(value).month - 1]
        words = words.replace(month, month[:3])
    return f"{words} {clock_time(value)}"


def log_time(value: datetime) -> str:
    """10-13 10:51, for dense desk logs; with the year where it is not the current one."""
    local = timezone.localtime(value)
    return local.strftime("%m-%d %H:%M" if local.year == timezone.localdate().year else "%Y-%m-%d %H:%M")


def month_label(value: date) -> str:
    """9月 / Sep, as it stands in the first day of a month in the calendar picture."""
    return f"{value.month}月" if is_chinese() else _MONTHS[value.month - 1][:3]
