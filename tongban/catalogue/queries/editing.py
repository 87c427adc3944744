"""A draft as its editors see it: its content as plain data, who changed what, and what still speaks against it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tongban.calendars.queries import current as calendar_in_force
from tongban.catalogue.models import DraftRevision, ItemVersion, LicenceType
from tongban.catalogue.publishing import publication_findings
from tongban.catalogue.queries.check import unknown_licence_types
from tongban.catalogue.queries.versions import view
from tongban.catalogue.version_files import write_version
from tongban.catalogue.views import VersionView
from tongban.catalogue.wording import sendable
from tongban.core.changes import Change, Entry, Path, Revision, applied, merge, path_of
from tongban.core.errors import NotFound, gettext_noop
from tongban.core.items import ItemVersionSpec
from tongban.core.items_check import ERROR, Finding
from tongban.core.items_check.places import place_of
from tongban.core.shapes import read_texts, shape_at
from tongban.core.specs import build, plain


@dataclass(frozen=True)
class DraftView:
    """A draft. ``document`` is ``plain`` of its ``ItemVersionSpec``; ``unread`` what was typed and is no value yet."""

    version: VersionView
    document: dict[str, Any]
    revision: int
    edited_by: str
    edited_at: dt.datetime | None
    unread: dict[str, str]

    @property
    def spec(self) -> ItemVersionSpec:
        """The draft as typed values."""
        return spec_of(self.version)


@dataclass(frozen=True)
class Placed:
    """A finding and the place in the document that has to be mended; the whole item where no place is known."""

    finding: Finding
    path: Path

    @property
    def fatal(self) -> bool:
        """Whether it forbids publishing."""
        return self.finding.level == ERROR


def spec_of(shown: VersionView) -> ItemVersionSpec:
    """A version as it is written in a bundle."""
    return ItemVersionSpec(
        shown.number, shown.effective_from, shown.spec, shown.effective_to, shown.transition, shown.change_note
    )


def draft(item_key: str, number: int) -> DraftView:
    """The draft ``number`` of an item. Raises :class:`NotFound`, also once it is published: then it has no editor."""
    row = ItemVersion.objects.select_related("item").filter(item__key=sendable(item_key), number=number).first()
    if row is None or row.status != ItemVersion.DRAFT:
        raise NotFound(
            gettext_noop("There is no such draft."),
            remedy=gettext_noop("Published versions never change: open a new draft from the item's page."),
        )
    return draft_view(row)


def draft_view(row: ItemVersion) -> DraftView:
    """``row`` (with its item) as its editors see it."""
    shown = view(row)
    document = plain(spec_of(shown))
    unread = {place: str(kept["text"]) for place, kept in row.unread.items()}
    return DraftView(shown, document, row.revision, row.edited_by, row.edited_at, unread)


def history(version_id: int, since: int = 0) -> list[Revision]:
    """The revisions of a draft after ``since``, oldest first."""
    rows = DraftRevision.objects.filter(version_id=version_id, number__gt=since).order_by("number")
    return [
        Revision(
            row.number,
            row.by,
            row.by_name,
            row.at,
            row.form,
            tuple(Change.read(each) for each in row.changes),
            row.undoes,
        )
        for row in rows
    ]


def open_draft_number(item_key: str) -> int | None:
    """The number of the draft somebody is working on, if there is one."""
    return (
        ItemVersion.objects.filter(item__key=sendable(item_key), status=ItemVersion.DRAFT)
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )


def draft_findings(shown: DraftView) -> list[Placed]:
    """What speaks against publishing the draft, errors first, each with the place to mend."""
    key, spec = shown.version.item_key, shown.spec
    known = frozenset(LicenceType.objects.values_list("key", flat=True))
    if spec.item.result.licence_type is not None:
        known |= {spec.item.result.licence_type.key}
    found: Sequence[Finding] = [
        *unread_findings(shown),
        *publication_findings(key, spec, calendar_in_force()),
        *unknown_licence_types(key, spec.item, known),
    ]
    placed = [
        Placed(each, path_of(each.field) if each.rule == UNREAD_RULE else place_of(spec.item, each.field))
        for each in found
    ]
    return sorted(placed, key=lambda each: not each.fatal)


def with_entries(shown: DraftView, base: int, form: str, entries: Mapping[str, Sequence[str]]) -> ItemVersionSpec:
    """The draft as it would be with what a page holds now; nothing is stored. What cannot be read is left out."""
    read: list[Entry] = []
    for where, texts in entries.items():
        shape = shape_at(path_of(where))
        if shape is None or shape.sort in ("group", "list"):
            continue
        value, error = read_texts(shape, texts, where)
        if error is None:
            read.append(Entry(path_of(where), value, shape.default, shape.sort == "answers"))
    merged = merge(shown.document, history(shown.version.id, base), read, form)
    return build(ItemVersionSpec, applied(shown.document, merged.changes))


UNREAD_RULE = gettext_noop("What was typed can be read")


def unread_findings(shown: DraftView) -> list[Finding]:
    """One error for each entry that was typed and is no value of its field; ``field`` is the whole path."""
    return [
        Finding(
            shown.version.item_key,
            place,
            gettext_noop("“%(text)s” cannot be stored in this field."),
            UNREAD_RULE,
            gettext_noop("Correct the entry."),
            params={"text": text[:60]},
        )
        for place, text in shown.unread.items()
    ]


def version_file(shown: VersionView, kind: str) -> tuple[bytes, str]:
    """A version as a file, ``yaml`` or ``xlsx``, and its media type."""
    return write_version(shown.item_key, spec_of(shown), kind)


def as_published(shown: VersionView) -> VersionView:
    """A draft as readers would see it once it is published, for the preview of its guide."""
    return replace(shown, status=ItemVersion.PUBLISHED)
