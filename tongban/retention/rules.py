"""The rules in force and who answers for which kind of data."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string

from tongban.core.dates import SHANGHAI, legal_date
from tongban.core.errors import FieldError, Invalid, gettext_noop
from tongban.core.retention import Keeper, Rule, last_due, read_rules

#: Kept by whoever keeps archives: case files, licences and the evidence are never deleted here. Their periods stand in
#: the hall's archive rules (机关档案保管期限), whose texts were not among the sources: hand the packages over first.
ARCHIVES = ("decided_cases", "licences", "evidence")
#: Logs whose days an installation sets beside its other settings.
_BY_SETTING = ("sign_ins", "looks")


def rules() -> dict[str, Rule]:
    """The rules in force, by kind of data. Raises :class:`Invalid` naming what is wrong in the hall's own file."""
    found = _read(settings.RETENTION_RULES)
    days = settings.ACCESS_LOG_DAYS
    if settings.RETENTION_RULES:
        return found
    return found | {kind: replace(found[kind], unit="days", value=days) for kind in _BY_SETTING}


@lru_cache(maxsize=4)
def _read(path: str) -> dict[str, Rule]:
    source = Path(path) if path else resources.files("tongban.retention").joinpath("data/rules.json")
    try:
        data = json.loads(source.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Invalid(
            gettext_noop("The retention rules cannot be used."),
            remedy=gettext_noop("Check that the file exists and is JSON."),
            errors=[FieldError("RETENTION_RULES", str(error))],
        ) from error
    return read_rules(data, list(settings.RETENTION_KEEPERS), ARCHIVES)


def keeper(kind: str) -> Keeper:
    """Who answers for a kind of data."""
    found: Keeper = import_string(settings.RETENTION_KEEPERS[kind])
    return found


def before(rule: Rule, now: dt.datetime) -> dt.datetime | None:
    """The instant before which an event's data may go now; None where they stay."""
    day = last_due(rule, legal_date(now))
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), SHANGHAI) if day is not None else None


def words(rule: Rule) -> str:
    """The period as records keep it: ``180 days``."""
    return rule.unit if rule.permanent else f"{rule.value} {rule.unit}"
