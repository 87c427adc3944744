"""Plain values this room hands out."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tongban.catalogue.wording import sendable
from tongban.core.errors import gettext_noop
from tongban.core.items import ItemSpec, Track, Transition
from tongban.core.items_check.rows import LEVELS, TASK_TYPES


@dataclass(frozen=True)
class VersionView:
    """One version of an item as a case freezes it. ``effective_to`` is its last day; empty while open-ended."""

    id: int
    item_id: int
    item_key: str
    region_code: str
    number: int
    status: str
    track: Track
    spec: ItemSpec
    effective_from: dt.date
    effective_to: dt.date | None
    transition: Transition | None
    change_note: str
    content_hash: str
    item_code: str
    published_at: dt.datetime | None
    withdrawn_from: dt.date | None = None
    withdrawn_reason: str = ""

    def variant_code(self, variant_key: str) -> str:
        """业务办理项编码, 33 characters; the item's own code for a variant without a number of its own."""
        for variant in self.spec.variants:
            if variant.key == variant_key:
                return self.item_code + variant.code_suffix
        return self.item_code


#: What an imported item lacks before anybody can apply for it.
MISSING = {
    "form": gettext_noop("the application form"),
    "materials": gettext_noop("the list of materials with what each must show"),
    "check_points": gettext_noop("check points for the officers"),
    "procedure": gettext_noop("the procedure: who checks, reviews and decides"),
    "legal_basis": gettext_noop("the legal basis with its articles"),
    "authority": gettext_noop("an authority of this installation that handles it"),
    "version": gettext_noop("a published version in force today"),
    "status": gettext_noop("the item is paused or cancelled"),
}


@dataclass(frozen=True)
class ItemView:
    """One line of a list of items. ``missing`` holds keys of :data:`MISSING`, empty for an appliable item."""

    id: int
    key: str
    region_code: str
    name: str
    plain_name: str
    summary: str
    authority_name: str
    task_type: str
    level: str
    promised: str
    statutory: str
    visits: int | None
    instant: bool
    appliable: bool
    missing: tuple[str, ...]
    source: str
    status: str
    code: str

    @property
    def task_type_name(self) -> str:
        """The kind in words, for example 行政许可."""
        return TASK_TYPES.get(self.task_type, self.task_type)

    @property
    def level_name(self) -> str:
        """The level of exercise in words."""
        return next((name for name, code in LEVELS.items() if code == self.level), "")

    @property
    def why_not_appliable(self) -> tuple[str, ...]:
        """Source strings that say what is missing before anybody can apply."""
        return tuple(MISSING[key] for key in self.missing if key in MISSING)


@dataclass(frozen=True)
class PublishedDetails:
    """What an imported item's published row says, for its guide page."""

    item: ItemView
    facts: Mapping[str, str]
    themes: tuple[str, ...]
    service_objects: tuple[str, ...]
    materials: tuple[str, ...]


@dataclass(frozen=True)
class ItemFileView:
    """A file that goes with a version. ``kind`` is ``blank`` or ``sample``, ``file_id`` that of the stored file."""

    kind: str
    file_id: str
    name: str
    sha256: str


@dataclass(frozen=True)
class Filters:
    """What a list of items is narrowed to; empty means all. Values are those of :class:`Facet`."""

    theme: str = ""
    object: str = ""
    department: str = ""
    four_kind: str = ""
    task_type: str = ""
    level: str = ""
    region_code: str = ""
    appliable: bool | None = None
    source: str = ""
    drafts: bool = False  # also items that have never been published, for catalogue managers

    def facets(self) -> dict[str, str]:
        """Facet kind → wanted value."""
        wanted = {
            "theme": self.theme,
            "object": self.object,
            "department": self.department,
            "four_kind": self.four_kind,
            "task_type": self.task_type,
            "level": self.level,
        }
        return {kind: value for kind, value in wanted.items() if value}

    def sendable(self) -> Filters:
        """The same without characters no database takes: filters come from addresses anybody may write."""
        texts: dict[str, Any] = {name: sendable(text) for name, text in vars(self).items() if isinstance(text, str)}
        return dataclasses.replace(self, **texts)


@dataclass(frozen=True)
class Facet:
    """One value items can be browsed by, with how many items have it. ``label`` is Chinese."""

    kind: str
    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Page:
    """One page of a list. ``words`` are the words the search looked for; ``loosened``: not all of them were found."""

    items: Sequence[ItemView]
    total: int
    number: int
    per_page: int
    words: tuple[str, ...] = ()
    loosened: bool = False

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.per_page))


@dataclass(frozen=True)
class ImportNote:
    """One warning or error of an import: where, what, by which rule, and what to do."""

    row: int
    field: str
    message: str
    remedy: str
    rule: str = ""
    item: str = ""
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)


@dataclass
class ImportReport:
    """What an import did, or would do. With errors nothing was written."""

    file: str
    kind: Literal["bundle", "table"]
    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    dry_run: bool = False
    warnings: list[ImportNote] = dataclasses.field(default_factory=list)
    errors: list[ImportNote] = dataclasses.field(default_factory=list)

    @property
    def changes(self) -> int:
        """How many items were (or would be) created or changed."""
        return self.created + self.changed

    def as_dict(self) -> dict[str, Any]:
        """For JSON output; texts are filled in, in English."""
        return {
            "file": self.file,
            "kind": self.kind,
            "rows": self.rows,
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "dry_run": self.dry_run,
            "warnings": [_note(note) for note in self.warnings],
            "errors": [_note(note) for note in self.errors],
        }


def _note(note: ImportNote) -> dict[str, Any]:
    return {
        "row": note.row,
        "item": note.item,
        "field": note.field,
        "message": _filled(note.message, note),
        "rule": note.rule,
        "remedy": _filled(note.remedy, note),
    }


def _filled(text: str, note: ImportNote) -> str:
    return text % note.params if note.params else text
