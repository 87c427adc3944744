"""What a correction changed in the form: each entry with its former value, who changed it and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tongban.cases.models import CorrectionNotice
from tongban.cases.privacy import mask_form, open_form
from tongban.cases.queries.changed import EntryChange
from tongban.core.forms import DisplayRow, flatten_for_display
from tongban.core.items import FormPage
from tongban.records.values import EventView

Form = Mapping[str, Any]


def changes(
    pages: Sequence[FormPage],
    form: Form,
    notices: Sequence[CorrectionNotice],
    events: Sequence[EventView],
    names: Mapping[str, str],
    *,
    masked: bool,
) -> tuple[EntryChange, ...]:
    """Every changed entry of every answered notice, newest first.

    ``form`` is the form as it stands, opened. What a notice's answer replaced is kept with the notice; what came in its
    place is what the next one replaced, or what stands. Personal values are masked where ``masked``; a change that the
    mask hides is still told.
    """
    handed_in = {event.facts.get("notice"): event for event in events if event.verb == "submit_correction"}
    after = dict(form)
    out: list[EntryChange] = []
    for notice in sorted(notices, key=lambda row: row.number, reverse=True):
        former = open_form(pages, notice.former)
        event = handed_in.get(notice.number)
        if former and event is not None:
            who = names.get(event.actor_id, "")
            for old, new, hidden in _differing(pages, former, after, masked):
                out.append(EntryChange(notice.number, old, new, hidden, event.at, who))
        after |= former
    return tuple(out)


def _differing(
    pages: Sequence[FormPage], former: Form, after: Form, masked: bool
) -> Iterator[tuple[DisplayRow | None, DisplayRow | None, bool]]:
    """(former line, line in its place, whether the difference is in what is masked); either may not exist."""
    old, new = _lines(pages, former, former), _lines(pages, after, former)
    shown_old = _lines(pages, mask_form(pages, former), former) if masked else old
    shown_new = _lines(pages, mask_form(pages, after), former) if masked else new
    for path in dict.fromkeys([*old, *new]):
        if _said(old.get(path)) != _said(new.get(path)):
            before, now = shown_old.get(path), shown_new.get(path)
            yield before, now, _said(before) == _said(now)


def _lines(pages: Sequence[FormPage], form: Form, keys: Form) -> dict[str, DisplayRow]:
    return {row.path: row for row in flatten_for_display(pages, form) if row.path.split(".")[0] in keys}


def _said(row: DisplayRow | None) -> object:
    return (row.value, row.rows, row.files) if row is not None else ("", (), ())
