"""When a periodic entry is due: pure functions of the schedule and an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
#: A 29 February that falls on a given weekday comes round within 40 years.
_DAYS_BACK = 366 * 41


@dataclass(frozen=True)
class Schedule:
    """Either every ``seconds``, or the five cron fields as sets (weekday 0 is Sunday)."""

    seconds: int = 0
    minutes: frozenset[int] = frozenset()
    hours: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    day_or_weekday: bool = False

    @classmethod
    def parse(cls, text: str | int) -> Schedule:
        """``300`` (seconds) or ``*/5 * * * *`` (minute hour day month weekday; lists, ranges and steps).

        Raises ValueError naming the field that cannot be read.
        """
        if isinstance(text, int):
            if text < 1:
                raise ValueError("an interval is at least one second")
            return cls(seconds=text)
        parts = text.split()
        if len(parts) != len(_FIELDS):
            raise ValueError(f"{text!r}: a cron entry has five fields: minute hour day month weekday")
        sets = [_parse_field(part, *field) for part, field in zip(parts, _FIELDS, strict=True)]
        weekdays = frozenset(day % 7 for day in sets[4])
        both = not parts[2].startswith("*") and not parts[4].startswith("*")
        return cls(0, sets[0], sets[1], sets[2], sets[3], weekdays, both)

    def latest(self, now: datetime) -> datetime:
        """The last tick at or before ``now``, in the wall time of ``now``'s zone, as an instant in UTC.

        Raises ValueError when the entry can never come due (30 February).
        """
        if self.seconds:
            ticks = int(now.timestamp()) // self.seconds
            return datetime.fromtimestamp(ticks * self.seconds, UTC)
        minute = now.replace(second=0, microsecond=0)
        for back in range(_DAYS_BACK):
            day = minute if back == 0 else (minute - timedelta(days=back)).replace(hour=23, minute=59)
            if self._on_day(day):
                found = self._in_day(day)
                if found is not None:
                    return found.astimezone(UTC)
        raise ValueError("this cron entry never comes due")

    def _on_day(self, day: datetime) -> bool:
        if day.month not in self.months:
            return False
        in_month, in_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return (in_month or in_week) if self.day_or_weekday else (in_month and in_week)

    def _in_day(self, latest: datetime) -> datetime | None:
        """The last matching minute of that day not after ``latest``."""
        for hour in sorted(self.hours, reverse=True):
            if hour > latest.hour:
                continue
            for minute in sorted(self.minutes, reverse=True):
                if hour < latest.hour or minute <= latest.minute:
                    return latest.replace(hour=hour, minute=minute)
        return None


def _parse_field(text: str, name: str, low: int, high: int) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, slash, step_text = part.partition("/")
        start_text, dash, end_text = span.partition("-")
        try:
            step = int(step_text) if slash else 1
            start = low if span == "*" else int(start_text)
            end = high if span == "*" or (slash and not dash) else int(end_text) if dash else start
        except ValueError:
            raise ValueError(f"{text!r} is not a {name}") from None
        if not low <= start <= end <= high or step < 1:
            raise ValueError(f"{text!r} is not a {name} ({low} to {high})")
        found.update(range(start, end + 1, step))
    return frozenset(found)
