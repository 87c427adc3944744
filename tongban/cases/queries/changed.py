"""One entry of the form before and after a correction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tongban.core.forms import DisplayRow


@dataclass(frozen=True)
class EntryChange:
    """An entry of the form that a correction changed. ``hidden``: the difference lies in what is masked.

    ``old`` or ``new`` is None where the line came or went with the change.
    """

    notice: int
    old: DisplayRow | None
    new: DisplayRow | None
    hidden: bool
    at: datetime
    by_name: str

    @property
    def path(self) -> str:
        """The entry's path in the form."""
        return self.old.path if self.old is not None else self.new.path if self.new is not None else ""

    @property
    def gone(self) -> tuple[tuple[str, ...], ...]:
        """Rows of a table that are there no more."""
        return tuple(
            row for row in (self.old.rows if self.old else ()) if row not in (self.new.rows if self.new else ())
        )
