"""What every verb looks up and hardly ever changes: calendar, item versions, organisations. Kept per process.

A :class:`Reference` holds what was read under one *mark* (:mod:`tongban.records.watching`); the store reads the mark
with the case, so a change that is committed is seen by the next verb of every process, at no statement's cost.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import date
from functools import cached_property
from typing import Any, TypeVar, cast

from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from tongban.accounts import queries as accounts
from tongban.calendars import queries as calendars
from tongban.catalogue import queries as catalogue
from tongban.catalogue.views import VersionView
from tongban.core.calendar import WorkCalendar
from tongban.core.items import Transition
from tongban.core.materials import Tailored, tailored
from tongban.records import watching

T = TypeVar("T")

NAME = watching.REFERENCE
TABLES = (
    "calendars_calendarversion",
    "calendars_calendarday",
    "catalogue_item",
    "catalogue_itemversion",
    "accounts_region",
    "accounts_organisation",
    "accounts_assignmentrule(organisation_id, duty, is_active)",  # whose turn it is moves with every case
)
#: Entries kept under one mark; days, versions and situations of a district stay far below.
KEPT = 5000


class Reference:
    """Look-ups under one mark, each made once."""

    def __init__(self) -> None:
        self._found: dict[Hashable, Any] = {}

    @cached_property
    def calendar(self) -> WorkCalendar:
        """The calendar in force."""
        return calendars.current()

    def version(self, version_id: int) -> VersionView:
        """One item version."""
        return self._once(("version", version_id), lambda: catalogue.version(version_id))

    def version_in_force(self, item_key: str, on: date) -> VersionView:
        """The version of an item in force on a day."""
        return self._once(("in force", item_key, on), lambda: catalogue.version_in_force(item_key, on))

    def transition(self, version_id: int, on: date) -> Transition | str | None:
        """What the transition rules say on a day about cases under a version (``catalogue.transition_for``)."""
        return self._once(("transition", version_id, on), lambda: catalogue.transition_for(version_id, on))

    def tailored(self, version: VersionView, variant: str, answers: dict[str, str]) -> Tailored:
        """The item reduced by variant and answers."""
        key = ("tailored", version.id, variant, tuple(sorted(answers.items())))
        return self._once(key, lambda: tailored(version.spec, variant, answers))

    def organisation(self, key: str) -> accounts.OrganisationView:
        """One organisation."""
        return self._once(("organisation", key), lambda: accounts.organisation(key))

    def government_of(self, region_code: str) -> accounts.OrganisationView | None:
        """The government of a region."""
        return self._once(("government", region_code), lambda: accounts.government_of(region_code))

    def has_rules(self, organisation: str, duty: str) -> bool:
        """Whether assignment rules are in force for a desk."""
        key = ("rules", organisation, duty)
        return self._once(key, lambda: bool(accounts.assignment_rules(organisation, duty, only_active=True)))

    def _once(self, key: Hashable, read: Callable[[], T]) -> T:
        if key in self._found:
            return cast(T, self._found[key])
        if len(self._found) >= KEPT:
            self._found.clear()
        value = self._found[key] = read()
        return value


_held: tuple[Hashable, Reference] = (None, Reference())


def under(mark: str | None) -> Reference:
    """What is kept under ``mark``; under no mark nothing is kept."""
    global _held
    if mark is None:
        return Reference()
    key = (connection.settings_dict["NAME"], mark, bool(settings.ALLOW_FICTITIOUS_CALENDAR))
    held, found = _held
    if held != key:
        found = Reference()
        _held = (key, found)
    return found


def now() -> Reference:
    """What is kept under the present mark (one statement)."""
    with connection.cursor() as cursor:
        cursor.execute(f"select {watching.mark_of(NAME)}")
        (mark,) = cursor.fetchone()
    return under(mark)


def install(using: BaseDatabaseWrapper) -> None:
    """Watch the tables; run after every migrate."""
    watching.install(using, NAME, TABLES)
