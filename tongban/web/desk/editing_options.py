"""What can be chosen in a field of the catalogue editor: from the draft, the installation, the code tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import cast

from django.utils.translation import gettext as _

from tongban.accounts import queries as accounts
from tongban.catalogue import queries as catalogue
from tongban.catalogue.queries import DraftView
from tongban.core.changes import Path, value_at
from tongban.core.clock import Ground, StartEvent, Unit
from tongban.core.items import OFFICE_FILES, FieldKind, ItemSpec
from tongban.core.items_check import LEGAL_PERSON_THEMES, PERSON_THEMES, TASK_TYPES, form_fields
from tongban.core.materials import VARIANT
from tongban.core.shapes import Shape
from tongban.web.desk import editing_words as words
from tongban.web.desk import wording
from tongban.web.language import is_chinese

Pairs = Iterable[tuple[str, str]]
FOUR_KINDS = ("马上办", "网上办", "就近办", "一次办")
#: Kinds of field whose parts a licence may print.
_PARTS = {
    FieldKind.PERSON: ("name", "id_number", "phone"),
    FieldKind.ENTERPRISE: ("name", "uscc", "legal_representative"),
}


@dataclass(frozen=True)
class Asked:
    """A question a condition may name, with its answers."""

    key: str
    text: str
    answers: Mapping[str, str]


class Options:
    """The choices of one draft; each table is read once a page."""

    def __init__(self, draft: DraftView) -> None:
        self.draft = draft
        self.item: ItemSpec = draft.version.spec

    def of(self, shape: Shape, path: Path) -> list[tuple[str, str]] | None:
        """(value, label) of what may be chosen at ``path``; ``None`` where anything may be typed."""
        if shape.sort == "choice":
            return [(str(each.value), _enum_label(each)) for each in cast(type[Enum], shape.cls)]
        fixed = words.CHOICES.get(shape.label_key)
        if fixed is not None:
            return [(value, str(label)) for value, label in fixed.items()]
        found = self._by_field.get(shape.label_key)
        return list(found(path)) if found else None

    @cached_property
    def _by_field(self) -> Mapping[str, Callable[[Path], Pairs]]:
        organisation = self._organisations_or_authority
        return {
            "ItemSpec.task_type": lambda _path: TASK_TYPES.items(),
            "ItemSpec.service_objects": lambda _path: catalogue.OBJECTS.items(),
            "ItemSpec.four_kinds": lambda _path: [(kind, kind) for kind in FOUR_KINDS],
            "ItemSpec.themes": lambda _path: [(theme, theme) for theme in sorted(PERSON_THEMES | LEGAL_PERSON_THEMES)],
            "ItemSpec.old_expiry_field": lambda _path: self._fields(FieldKind.DATE),
            "Authority.organisation": lambda _path: self._organisations.items(),
            "StepSpec.organisation": organisation,
            "ReviewSpec.organisation": organisation,
            "InspectionSpec.organisation": organisation,
            "Material.licence_type": lambda _path: [("", _("none")), *catalogue.licence_types().items()],
            "Material.office_files": lambda _path: [(kind, kind.upper()) for kind in OFFICE_FILES],
            "FormField.not_before": lambda path: self._earlier(path, FieldKind.DATE),
            "FormField.not_above": lambda path: self._earlier(path, FieldKind.NUMBER),
            "FormField.prefill": lambda _path: self._prefills(),
            "LicenceField.source": lambda _path: self._printed(),
        }

    @cached_property
    def _organisations(self) -> dict[str, str]:
        return accounts.organisations(self.draft.version.region_code)

    def _organisations_or_authority(self, _path: Path) -> Pairs:
        return [("authority", _("the authority itself")), *self._organisations.items()]

    def _fields(self, kind: FieldKind) -> Pairs:
        fields = [(path, each.label) for path, each in form_fields(self.item) if each.kind is kind and "." not in path]
        return [("", _("none")), *fields]

    def _earlier(self, path: Path, kind: FieldKind) -> Pairs:
        """Fields of ``kind`` that come before the one at ``path``, in the form or in the same table."""
        out = [("", _("none"))]
        page = 0 if "columns" in path else 1
        lists = [path[:-2]] if not page else [("item", "form", n, "fields") for n in range(1, int(path[2]) + 1)]
        for place in lists:
            rows = value_at(self.draft.document, place) or []
            before = rows if place != path[:-2] else rows[: int(path[-2]) - 1]
            out += [(each["key"], each["label"]) for each in before if each.get("kind", "text") == kind]
        return out

    def _prefills(self) -> Pairs:
        licence = self.item.result.licence_type
        own = [(f"licence.{licence.key}.{each.key}", each.label) for each in licence.fields] if licence else []
        old = _("Licence to be changed: %(line)s")
        number = [(f"licence.{licence.key}.number", old % {"line": _("number")})] if licence else []
        return [
            ("", _("nothing")),
            *((key, str(label)) for key, label in words.SOURCES.items()),
            *number,
            *((key, old % {"line": label}) for key, label in own),
        ]

    def _printed(self) -> Pairs:
        form = _("Form: %(label)s")
        for path, each in form_fields(self.item):
            if "." in path:
                continue
            yield f"form.{path}", form % {"label": each.label}
            for part in _PARTS.get(each.kind, ()):
                yield f"form.{path}.{part}", form % {"label": f"{each.label}·{words.PARTS[part]}"}
        yield from ((key, str(label)) for key, label in words.SOURCES.items() if "." in key)

    def askable(self, path: Path) -> list[Asked]:
        """What a condition at ``path`` may depend on: the variant and questions, for a question only earlier ones."""
        kinds = {"person": _("Natural person"), "enterprise": _("Enterprise or other body")}
        out = [Asked("applicant", _("The applicant is"), kinds)]
        if "choices" in path:  # an answer of a question may be kept for one kind of applicant, nothing else
            return out
        if len(self.item.variants) > 1:
            out.append(Asked(VARIANT, _("Handling variant"), {each.key: each.name for each in self.item.variants}))
        most = int(path[2]) - 1 if path[:2] == ("item", "questions") else len(self.item.questions)
        for each in self.item.questions[:most]:
            out.append(Asked(each.key, each.text, {choice.key: choice.label for choice in each.choices}))
        return out


def _enum_label(member: Enum) -> str:
    for owner, name in (("ItemSpec", "track"), ("Variant", "kind"), ("ResultSpec", "kind"), ("FormField", "kind")):
        labels = words.CHOICES[f"{owner}.{name}"]
        if type(member).__name__ == _ENUMS[owner] and member.value in labels:
            return str(labels[member.value])
    if isinstance(member, Ground | Unit | StartEvent):
        english = str(member.value).replace("_", " ")
        return member.zh if is_chinese() else english
    return str(wording.DUTY.get(str(member.value), member.value))


_ENUMS = {"ItemSpec": "Track", "Variant": "VariantKind", "ResultSpec": "ResultKind", "FormField": "FieldKind"}
