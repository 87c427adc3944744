"""What the operator reads: reports of imports and checks as lines in the active language."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from tongban.catalogue.views import ImportNote, ImportReport, ItemView, Page
from tongban.core.errors import DomainError, Invalid, NotFound, gettext_noop
from tongban.core.items_check import ERROR, Finding

#: Notes printed before the rest is only counted; ``--json`` prints all.
SHOWN = 200


def filled(text: str, params: Mapping[str, Any]) -> str:
    """``text`` in the active language with its parameters, which are translated too where they are words."""
    if not text:
        return ""
    words = {name: _(value) if isinstance(value, str) and value else value for name, value in params.items()}
    return _(text) % words if words else _(text)


def import_lines(report: ImportReport) -> list[str]:
    """An import as a person reads it: notes first, the sum last."""
    lines = [*_notes(report.errors, _("error")), *_notes(report.warnings, _("warning"))]
    numbers = {"rows": report.rows, "created": report.created, "changed": report.changed, "same": report.unchanged}
    if report.errors:
        lines.append(
            _("%(file)s was refused: %(errors)s errors. Nothing was written.")
            % {"file": report.file, "errors": len(report.errors)}
        )
        return lines
    counted = _("%(rows)s rows: %(created)s new, %(changed)s changed, %(same)s as before; %(warnings)s warnings.")
    lines.append(counted % {**numbers, "warnings": len(report.warnings)})
    if report.dry_run:
        lines.append(_("Trial run: nothing was written."))
    elif not report.changes:
        lines.append(_("The catalogue is as it was: 0 changes."))
    return lines


def _notes(notes: list[ImportNote], level: str) -> Iterable[str]:
    for note in notes[:SHOWN]:
        where = _("row %(row)s") % {"row": note.row} if note.row else note.item
        yield _line(level, where, note.field, note.message, note.rule, note.remedy, note.params)
    if len(notes) > SHOWN:
        yield _("… and %(count)s more; --json lists all.") % {"count": len(notes) - SHOWN}


def _line(level: str, where: str, field: str, message: str, rule: str, remedy: str, params: Mapping[str, Any]) -> str:
    place = " ".join(part for part in (where, field) if part)
    basis = f" [{_(rule)}]" if rule else ""
    return f"{level} {place}: {filled(message, params)}{basis} {filled(remedy, params)}".rstrip()


def finding_lines(findings: list[Finding]) -> list[str]:
    """The findings of a check, faults before warnings."""
    ordered = sorted(findings, key=lambda each: each.level != ERROR)
    lines = [
        _line(
            _("error") if each.level == ERROR else _("warning"),
            each.item,
            each.field,
            each.message,
            each.rule,
            each.remedy,
            each.params,
        )
        for each in ordered[:SHOWN]
    ]
    if len(ordered) > SHOWN:
        lines.append(_("… and %(count)s more; --json lists all.") % {"count": len(ordered) - SHOWN})
    return lines


def findings_sum(findings: list[Finding]) -> str:
    """The last line of a check."""
    errors = sum(1 for each in findings if each.level == ERROR)
    return _("%(errors)s errors, %(warnings)s warnings.") % {"errors": errors, "warnings": len(findings) - errors}


def page_sum(page: Page) -> str:
    """The last line of a list."""
    numbers = {"total": page.total, "page": page.number, "pages": page.pages}
    return _("%(total)s items, page %(page)s of %(pages)s.") % numbers


def published_line(key: str, number: int) -> str:
    """What a publication did."""
    return _("%(key)s version %(number)s is published.") % {"key": key, "number": number}


def unreadable(file: str, problem: str) -> ImportReport:
    """The report on a file that could not be opened."""
    note = ImportNote(
        0,
        "(file)",
        gettext_noop("The file cannot be opened: %(problem)s."),
        gettext_noop("Check its name and whether this account may read it."),
        params={"problem": problem},
    )
    return ImportReport(file=file, kind="table", errors=[note])


def invalid(error: Invalid, file: str) -> ImportReport:
    """The report on a bundle that cannot be read."""
    notes = [ImportNote(0, each.field, each.message, each.remedy, params=each.params) for each in error.errors]
    return ImportReport(file=file, kind="bundle", errors=notes)


def error_lines(error: DomainError) -> list[str]:
    """A refusal as a person reads it: what, what helps, and each wrong entry."""
    lines = [
        " ".join(part for part in (filled(error.message, error.params), filled(error.remedy, error.params)) if part)
    ]
    if isinstance(error, Invalid):
        lines += [
            _line(_("error"), "", each.field, each.message, "", each.remedy, each.params) for each in error.errors
        ]
    return lines


def no_such_version(key: str, number: int) -> NotFound:
    """The refusal to publish what does not exist."""
    return NotFound(
        gettext_noop("The item %(key)s has no version %(number)s."),
        remedy=gettext_noop("`tongban catalogue export %(key)s` shows its versions."),
        params={"key": key, "number": number},
    )


def only_listed(key: str) -> NotFound:
    """The refusal to export an item that is only listed."""
    return NotFound(
        gettext_noop("The item %(key)s has no version of its own: it is only listed."),
        remedy=gettext_noop("Write a bundle for it first."),
        params={"key": key},
    )


def finding_dict(finding: Finding) -> dict[str, Any]:
    """A finding for JSON output, in the active language."""
    return {
        "item": finding.item,
        "level": finding.level,
        "field": finding.field,
        "message": filled(finding.message, finding.params),
        "rule": _(finding.rule),
        "remedy": filled(finding.remedy, finding.params),
    }


def item_lines(items: Iterable[ItemView]) -> list[str]:
    """A list of items in columns that line up in a terminal."""
    return [
        "  ".join(
            (
                _padded(item.key, 34),
                _padded(_("appliable") if item.appliable else _("listed"), 10),
                _padded(item.task_type_name, 14),
                _padded(item.authority_name, 34),
                item.name,
            )
        ).rstrip()
        for item in items
    ]


def _padded(text: str, width: int) -> str:
    """``text`` padded to ``width`` columns; a Chinese character fills two."""
    wide = sum(1 for char in text if unicodedata.east_asian_width(char) in "WF")
    return text + " " * max(0, width - len(text) - wide)
