"""What the operator reads after a load: lines in the active language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from tongban.calendars.queries import Coverage, VersionView
from tongban.calendars.services import LoadResult
from tongban.core.errors import DomainError, Invalid

KIND_LABELS = {
    "workday": gettext_noop("a workday"),
    "weekend": gettext_noop("a weekend"),
    "holiday": gettext_noop("a holiday"),
    "makeup": gettext_noop("a make-up working day"),
}


def load_lines(result: LoadResult, *, trial: bool) -> list[str]:
    """What a load did, or would do."""
    counts = _("%(first)s to %(last)s: %(added)s days new, %(changed)s changed, %(unchanged)s as before.") % {
        "first": result.first,
        "last": result.last,
        "added": result.added,
        "changed": result.changed,
        "unchanged": result.unchanged,
    }
    if trial:
        return [counts, _("Trial run: nothing was written.")]
    if not result.version:
        return [counts, _("The calendar is as it was; no deadline changes.")]
    return [
        counts,
        _("Calendar %(version)s is in force. Deadlines of open cases are being worked out again.")
        % {"version": result.version},
    ]


def error_lines(error: DomainError) -> list[str]:
    """A refusal with each row it is about and its remedy."""
    lines = [_sentence(error.message, error.remedy, error.params)]
    if isinstance(error, Invalid):
        lines += [f"- {_sentence(item.message, item.remedy, item.params)}" for item in error.errors]
    return lines


def _sentence(message: str, remedy: str, params: Mapping[str, Any]) -> str:
    words = {key: _(KIND_LABELS[value]) if value in KIND_LABELS else value for key, value in params.items()}
    parts = [_(text) % words if words else _(text) for text in (message, remedy) if text]
    # Chinese sentences follow each other without a space.
    return ("" if (get_language() or "").startswith("zh") else " ").join(parts)


def status_lines(coverage: Coverage, versions: list[VersionView]) -> list[str]:
    """What the calendar covers and which loads brought it there."""
    lines = [
        _("Calendar %(version)s covers %(first)s to %(last)s. Later dates are provisional.")
        % {"version": coverage.version, "first": coverage.first, "last": coverage.last}
    ]
    if coverage.fictitious_from is not None:
        lines.append(
            _("From %(day)s on the days are invented, for the demonstration.") % {"day": coverage.fictitious_from}
        )
    for version in versions:
        lines.append(
            _("%(at)s  %(label)s  %(added)s new, %(changed)s changed, from %(file)s, by %(who)s")
            % {
                "at": timezone.localtime(version.loaded_at).strftime("%Y-%m-%d %H:%M"),
                "label": version.label,
                "added": version.added,
                "changed": version.changed,
                "file": version.source_file,
                "who": version.loaded_by,
            }
        )
    return lines
