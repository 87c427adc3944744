"""The one function that turns an instant into a legal date."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

#: Asia/Shanghai has had no daylight saving since 1991; a fixed offset keeps core free of time-zone files.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def legal_date(instant: datetime) -> date:
    """The date in Asia/Shanghai on which ``instant`` falls.

    Raises :class:`ValueError` for an instant without a time zone: its date would be a guess.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(SHANGHAI).date()
