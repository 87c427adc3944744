"""The pages of the catalogue editor, made from the shape of an item: fields, groups, rows and lists of a draft.

A page shows one section of a version or one entry of a long list (a material, a question, a field). An input is called
by the path of its value, so that what is posted, an error and a finding all name the same place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from tongban.catalogue.queries import DraftView
from tongban.core.changes import Path, path_of, text_of, value_at
from tongban.core.items import FieldKind
from tongban.core.shapes import Shape, shape_at, shapes
from tongban.web.components.fields import Field, Option
from tongban.web.desk import editing_words as words
from tongban.web.desk.editing_options import Options
from tongban.web.formdata import element_id

#: Classes whose entries have a page of their own; the others are edited where they stand.
PAGED = frozenset({"Material", "Question", "FormPage", "FormField", "ReviewSpec", "LimitClass"})
#: Single parts with a page of their own: the steps of the procedure.
STEPS = frozenset({"StepSpec", "InspectionSpec"})
#: Texts that take more than a line.
LONG = frozenset(
    {
        "ItemSpec.summary", "ItemVersionSpec.change_note", "Material.help", "StepSpec.sop", "ReviewSpec.sop",
        "InspectionSpec.sop", "Faq.answer", "LimitSpec.note", "SpecialProcedure.note", "Transition.note",
        "Question.help", "FormPage.help", "FormField.help", "LicenceTypeSpec.legal_sentence", "Visits.reason",
    }
)  # fmt: skip
#: Texts of a few words: several fit beside one another.
SHORT = frozenset(
    {
        "ItemSpec.base_code", "ItemSpec.quota", "ItemSpec.delegated_officer", "Authority.name", "Authority.uscc",
        "Contact.consult_phone", "Contact.complaint_phone", "LegalBasis.articles", "LegalBasis.document", "Fee.name",
        "Fee.standard", "Material.sample", "Material.blank", "FormField.unit", "FormField.minimum",
        "FormField.maximum", "FormField.earliest", "FormField.latest", "Variant.code_suffix", "LicenceTypeSpec.code",
        "LicenceTypeSpec.number_pattern", "LicenceField.label", "ResultSpec.name", "ResultSpec.sample", "Choice.label",
        "Choice.note", "LimitClass.name", "ReviewSpec.name", "Variant.name", "Variant.basis",
    }
)  # fmt: skip
_NUMERIC = ("minimum", "maximum", "decimals", "unit", "not_above")
_DATES = ("earliest", "latest", "not_before")
_TEXTS = ("max_length", "pattern", "pattern_help")
#: What a kind of form field can be given; the rest of the special entries is not shown for it.
RELEVANT: Mapping[str, Sequence[str]] = {
    FieldKind.TEXT: _TEXTS,
    FieldKind.TEXTAREA: _TEXTS,
    FieldKind.NUMBER: _NUMERIC,
    FieldKind.DATE: _DATES,
    FieldKind.CHOICE: ("choices",),
    FieldKind.CHOICES: ("choices",),
    FieldKind.BOOLEAN: ("must_agree", "pattern_help"),
    FieldKind.TABLE: ("columns", "min_rows", "max_rows"),
    FieldKind.PERSON: ("same_as_applicant",),
    FieldKind.ENTERPRISE: ("same_as_applicant",),
    FieldKind.ID_NUMBER: ("same_as_applicant",),
    FieldKind.USCC: ("same_as_applicant",),
}
_SPECIAL = frozenset(name for names in RELEVANT.values() for name in names)


@dataclass(frozen=True)
class Row:
    """One entry of a list. ``url``: its own page; else ``blocks`` are edited here."""

    path: str
    id: str
    title: str
    note: str = ""
    url: str = ""
    blocks: tuple[Block, ...] = ()
    first: bool = False
    last: bool = False


@dataclass(frozen=True)
class Block:
    """A part of a page. ``sort``: field, group, when, rows, list, step, absent."""

    sort: str
    path: str
    id: str
    title: str = ""
    hint: str = ""
    entry: str = ""
    field: Field | None = None
    wide: bool = False
    blocks: tuple[Block, ...] = ()
    rows: tuple[Row, ...] = ()
    optional: bool = False
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Page:
    """One page of the editor. ``place`` is its address, ``trail`` the pages above it (name, place)."""

    place: str
    section: str
    title: str
    blocks: tuple[Block, ...]
    trail: tuple[tuple[str, str], ...] = ()
    path: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Shown:
    """What a page shows besides the draft: what was just typed (place → texts) and what is wrong with it."""

    typed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)


def section_of(path: Path) -> str:
    """The section that holds ``path``."""
    for key, (_name, places) in words.SECTIONS.items():
        if any(path_of(place) == path[: len(path_of(place))] for place in places):
            return key
    return "basics"


def place_of_page(path: Path) -> str:
    """The address of the page on which ``path`` is edited: the nearest entry with a page, else its section."""
    for length in range(len(path), 1, -1):
        if _has_page(path[:length]):
            return text_of(path[:length])
    return section_of(path)


def _has_page(path: Path) -> bool:
    shape = shape_at(path)
    if shape is None or shape.sort != "group":
        return False
    name = shape.cls.__name__
    return (name in PAGED and isinstance(path[-1], int)) or (name in STEPS and path[:2] == ("item", "procedure"))


def first_line(value: Mapping[str, Any]) -> str:
    """What an entry is called in a list: its first telling text."""
    for name in ("name", "label", "title", "text", "question", "ground", "basis"):
        if value.get(name):
            return str(value[name]).split("\n")[0][:80]
    return _("(no name yet)")


def in_words(document: Any, path: Path) -> str:
    """A place as its readers call it: 申请材料“营业执照”·材料名称."""
    out: list[str] = []
    for length in range(1, len(path) + 1):
        shape, value = shape_at(path[:length]), value_at(document, path[:length])
        if shape is None or path[:length] == ("item",):
            continue
        if isinstance(path[length - 1], int):
            named = first_line(value) if isinstance(value, Mapping) else str(path[length - 1])
            out[-1:] = [f"{out[-1] if out else ''}“{named}”"]
        elif shape.sort != "answers":
            out.append(str(words.LABELS.get(shape.label_key, shape.name)))
    return "·".join(out)


class Builder:
    """Makes the pages of one draft."""

    def __init__(self, draft: DraftView, link: Callable[[str], str], shown: Shown | None = None) -> None:
        self.draft, self.link, self.shown = draft, link, shown or Shown()
        self.options = Options(draft)

    def page(self, place: str) -> Page | None:
        """The page at ``place``: a section or the path of an entry; ``None`` where there is none (any more)."""
        if place in words.SECTIONS:
            name, places = words.SECTIONS[place]
            parts = [path_of(each) for each in places]
            if len(parts) == 1 and (shape := shape_at(parts[0])) and shape.sort == "group":
                return Page(place, place, str(name), self._group(parts[0], shape.cls))
            return Page(place, place, str(name), self._blocks(parts))
        path = path_of(place)
        shape, value = shape_at(path), value_at(self.draft.document, path)
        if shape is None or value is None or not _has_page(path):
            return None
        return self._entry_page(path, shape, value)

    def _entry_page(self, path: Path, shape: Shape, value: Mapping[str, Any]) -> Page:
        section = section_of(path)
        trail = [(str(words.SECTIONS[section][0]), section)]
        for length in range(2, len(path)):
            if _has_page(path[:length]):
                trail.append((first_line(value_at(self.draft.document, path[:length])), text_of(path[:length])))
        title = first_line(value) if isinstance(path[-1], int) else str(words.LABELS[shape.label_key])
        before, after = self._siblings(path)
        blocks = self._group(path, shape.cls)
        return Page(text_of(path), section, title, blocks, tuple(trail), text_of(path), before, after)

    def _siblings(self, path: Path) -> tuple[str, str]:
        at = path[-1]
        if not isinstance(at, int):
            return "", ""
        count = len(value_at(self.draft.document, path[:-1]))
        near = [text_of((*path[:-1], each)) if 1 <= each <= count else "" for each in (at - 1, at + 1)]
        return near[0], near[1]

    def _blocks(self, paths: Iterable[Path]) -> tuple[Block, ...]:
        found = ((path, shape_at(path)) for path in paths)
        return tuple(self._block(path, shape) for path, shape in found if shape is not None)

    def _group(self, path: Path, cls: type) -> tuple[Block, ...]:
        value = value_at(self.draft.document, path) or {}
        names = [name for name in shapes(cls) if name not in ("key", "number")]
        if cls.__name__ == "Choice" and path[1] != "questions":
            names = [name for name in names if name != "when"]  # only answers of questions depend on anything
        if cls.__name__ == "FormField":
            names = [name for name in names if _fits(name, value, column="columns" in path)]
        return self._blocks([(*path, name) for name in names])

    def _block(self, path: Path, shape: Shape) -> Block:
        where = text_of(path)
        shared: dict[str, Any] = {
            "path": where,
            "id": element_id(where),
            "title": str(words.LABELS.get(shape.label_key, shape.name)),
            "hint": str(words.HINTS.get(shape.label_key, "")),
        }
        if shape.sort == "list":
            return self._list(path, shape, shared)
        if shape.sort == "group":
            return self._part(path, shape, shared)
        if shape.sort == "mapping" and shape.cls is tuple:
            return Block("when", wide=True, blocks=self._condition(path), **shared)
        made = self._field(path, shape, shared)
        free = made.kind == "text" and shape.sort == "text" and shape.label_key not in SHORT
        wide = made.kind in ("textarea", "checkboxes", "segments") or free
        return Block("field", field=made, wide=wide, **shared)

    def _part(self, path: Path, shape: Shape, shared: dict[str, Any]) -> Block:
        value = value_at(self.draft.document, path)
        if shape.optional and value is None:
            return Block("absent", wide=True, **shared)
        if shape.cls.__name__ in STEPS:
            note = str(self._said(value.get("organisation", ""), path))
            return Block("step", wide=True, optional=shape.optional, url=self.link(text_of(path)), note=note, **shared)
        return Block("group", wide=True, optional=shape.optional, blocks=self._group(path, shape.cls), **shared)

    def _said(self, organisation: str, path: Path) -> str:
        shape = shape_at((*path, "organisation"))
        known = dict(self.options.of(shape, path) or []) if shape else {}
        return known.get(organisation, organisation)

    def _list(self, path: Path, shape: Shape, shared: dict[str, Any]) -> Block:
        values = value_at(self.draft.document, path) or []
        name = shape.cls.__name__
        paged = name in PAGED
        rows = []
        for count, value in enumerate(values, 1):
            place = (*path, count)
            blocks = () if paged else self._group(place, shape.cls)
            rows.append(
                Row(
                    text_of(place),
                    element_id(text_of(place)),
                    first_line(value),
                    _row_note(name, value),
                    self.link(text_of(place)) if paged else "",
                    blocks,
                    count == 1,
                    count == len(values),
                )
            )
        entry = str(words.ENTRIES.get(name, name))
        return Block("list" if paged else "rows", wide=True, rows=tuple(rows), entry=entry, **shared)

    def _condition(self, path: Path) -> tuple[Block, ...]:
        """One group of boxes a question; nothing ticked: it does not depend on the question."""
        stored: Mapping[str, Sequence[str]] = value_at(self.draft.document, path) or {}
        out = []
        asked = {each.key: (each.text, each.answers) for each in self.options.askable(path)}
        for key in stored:
            asked.setdefault(key, (_("“%(key)s”, which is no question here") % {"key": key}, {}))
        for key, (text, answers) in asked.items():
            place = (*path, key)
            where = text_of(place)
            chosen = list(self.shown.typed.get(where, stored.get(key, ())))
            named = dict(answers)
            for each in chosen:
                named.setdefault(each, _("“%(key)s”, which no longer exists") % {"key": each})
            options = _options(named.items(), chosen, element_id(where))
            made = Field(where, text, "checkboxes", id=element_id(where), required=True, options=options)
            out.append(Block("field", where, element_id(where), text, field=made, wide=True))
        return tuple(out)

    def _field(self, path: Path, shape: Shape, shared: dict[str, Any]) -> Field:
        where = text_of(path)
        stored = value_at(self.draft.document, path)
        stored = shape.default if stored is None else stored
        unread = self.draft.unread.get(where)
        typed = self.shown.typed.get(where)
        texts = list(typed) if typed is not None else [unread] if unread is not None else _texts(shape, stored)
        errors = [*self.shown.errors.get(where, ())]
        if unread is not None and not errors:
            errors = [_("This cannot be stored here. It is kept as it was typed: correct it.")]
        base = Field(
            where, shared["title"], value="\n".join(texts), hint=shared["hint"], errors=tuple(errors), id=shared["id"]
        )
        options = self.options.of(shape, path)
        if options is not None:
            return _chosen(base, shape, options, texts)
        return _typed(base, shape, texts)


def _fits(name: str, value: Mapping[str, Any], *, column: bool) -> bool:
    """Whether a form field of this kind has use for the entry ``name``; what was given before stays visible."""
    if name in ("columns",) and column:
        return False
    return name not in _SPECIAL or name in RELEVANT.get(value.get("kind", "text"), ()) or name in value


def _row_note(name: str, value: Mapping[str, Any]) -> str:
    if name == "Material":
        count = len(value.get("check_points", ()))
        said = [] if value.get("required", True) else [_("not always needed")]
        said += [_("by situation")] if value.get("when") else []
        return " · ".join([*said, _("%(count)s check points") % {"count": count}])
    if name == "FormField":
        kind = str(words.CHOICES["FormField.kind"][value.get("kind", "text")])
        return " · ".join([kind, *([_("by situation")] if value.get("when") else [])])
    if name == "FormPage":
        return _("%(count)s fields") % {"count": len(value.get("fields", ()))}
    if name == "Question":
        return " / ".join(choice.get("label", "") for choice in value.get("choices", ()))
    return ""


def _texts(shape: Shape, value: Any) -> list[str]:
    """A stored value as the texts of its input."""
    if shape.sort == "yes_no":
        return ["on"] if value else []
    if isinstance(value, Mapping):
        return [f"{name}: {part}" for name, part in value.items()]
    if isinstance(value, list):
        return [str(part) for part in value]
    return [] if value is None else [str(value)]


def _chosen(base: Field, shape: Shape, options: list[tuple[str, str]], texts: list[str]) -> Field:
    """A field that is chosen, never typed; a stored value that is no choice (any more) stays and says so."""
    chosen = [text for text in texts if text] or ([""] if any(value == "" for value, _label in options) else [])
    known = {value for value, _label in options}
    gone = _("“%(key)s”, which no longer exists")
    options = [*options, *((text, gone % {"key": text}) for text in chosen if text not in known)]
    if shape.sort == "texts":
        return replace(base, kind="checkboxes", options=_options(options, chosen, base.field_id))
    if not chosen:
        options = [("", _("Choose")), *options]
    few = len(options) <= 4 and sum(len(label) for _value, label in options) <= 24
    return replace(base, kind="segments" if few else "select", options=_options(options, chosen, base.field_id))


def _options(pairs: Iterable[tuple[str, str]], chosen: Sequence[str], first_id: str) -> tuple[Option, ...]:
    return tuple(
        Option(value, str(label), "", value in chosen, first_id if count == 1 else f"{first_id}-{count}")
        for count, (value, label) in enumerate(pairs, 1)
    )


def _typed(base: Field, shape: Shape, texts: list[str]) -> Field:
    if shape.sort == "yes_no":
        return replace(base, kind="checkbox", value="on" if texts else "")
    if shape.sort in ("texts", "mapping"):
        return replace(base, kind="textarea", rows=max(3, min(12, len(texts) + 1)))
    if shape.sort == "number":
        return replace(base, kind="number", width="5", inputmode="numeric")
    if shape.sort == "date" and not base.errors:
        return replace(base, kind="date")
    if shape.label_key in LONG:
        return replace(base, kind="textarea", rows=3)
    return base


def posted(data: Any) -> dict[str, list[str]]:
    """What a page of the editor sent: place → texts. A group of boxes with none ticked says so by its marker."""
    roots = {place.partition(".")[0] for _name, places in words.SECTIONS.values() for place in places}
    out = {name: data.getlist(name) for name in data if name.partition(".")[0] in roots}
    for name in data.getlist("present"):
        out.setdefault(name, [])
    return out
