"""What is wrong with a deployment, in words, and how to mend it: the checks behind ``tongban doctor``.

Every check looks at one thing and yields what it found. One that cannot be made is itself a finding; none stops the
others. Nothing is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from tongban.core.errors import gettext_noop
from tongban.operations.checkup import installation, machine, work
from tongban.operations.outcome import Result, bad

Check = Callable[[datetime], Iterator[Result]]

CHECKS: dict[str, Check] = {
    "mode": installation.mode,
    "transport": installation.transport,
    "keys": installation.key_files,
    "seal-certificate": installation.seal_certificate,
    "static": installation.static_files,
    "translations": installation.translations,
    "fonts": installation.fonts,
    "database": machine.database,
    "migrations": machine.migrations,
    "clock": machine.clock,
    "time-zone": machine.time_zone,
    "files": machine.files,
    "web": work.web,
    "worker": work.worker,
    "tasks": work.tasks,
    "seals": work.seals,
    "calendar": work.calendar,
    "mail": work.mail,
    "sms": work.sms,
    "antivirus": work.antivirus,
    "office": work.office,
    "backup": work.backup,
}

#: These read tables; without the database or its migrations there is nothing they could say.
_READ_TABLES = frozenset({"worker", "tasks", "seals", "calendar"})


def examine(now: datetime) -> list[Result]:
    """The outcome of every check, in the order of ``CHECKS``."""
    found: list[Result] = []
    for name, check in CHECKS.items():
        if name in _READ_TABLES and {"database", "migrations"} & {item.check for item in found if item.level == "fail"}:
            continue
        try:
            found += check(now)
        except Exception as error:
            found.append(
                bad(
                    name,
                    gettext_noop("This could not be checked: %(why)s."),
                    gettext_noop("Mend what the message names, then run tongban doctor again."),
                    why=f"{type(error).__name__}: {error}"[:300],
                )
            )
    return found


__all__ = ["CHECKS", "Result", "examine"]
