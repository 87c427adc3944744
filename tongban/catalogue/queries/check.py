"""The consistency rules over the whole catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tongban.catalogue.bundles import Bundle
from tongban.catalogue.models import Item, ItemVersion, LicenceType
from tongban.catalogue.queries.versions import version_specs, view
from tongban.catalogue.tables import row_from_cells
from tongban.core.errors import gettext_noop
from tongban.core.items import ItemSpec
from tongban.core.items_check import Finding, check_guide_row, check_item, check_row

Progress = Callable[[int, int], None]
_BATCH = 500


def check_catalogue(progress: Progress | None = None) -> list[Finding]:
    """Every fault of every version (drafts too) and of every imported row that is stored."""
    versions = ItemVersion.objects.select_related("item").order_by("item__key", "number")
    rows = Item.objects.filter(source=Item.IMPORTED).order_by("pk")
    total = versions.count() + rows.count()
    known = frozenset(LicenceType.objects.values_list("key", flat=True))
    found: list[Finding] = []
    done = 0
    for row in versions.iterator(_BATCH):
        name = f"{row.item.key}/{row.number}"
        found += [replace(each, item=name) for each in check_item(row.item.key, view(row).spec)]
        found += unknown_licence_types(name, view(row).spec, known)
        done += 1
        _tell(progress, done, total)
    found += licence_type_clashes(_newest_types())
    for item in rows.iterator(_BATCH):
        published = row_from_cells(item.row or {})
        if published is not None:
            found += [*check_row(published), *check_guide_row(published)]
        done += 1
        _tell(progress, done, total)
    return found


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)


def _newest_types() -> Iterator[tuple[str, str, str]]:
    for key in Item.objects.filter(versions__isnull=False).distinct().values_list("key", flat=True):
        yield from licence_codes(Bundle(key, version_specs(key)))


def licence_codes(bundle: Bundle) -> Iterator[tuple[str, str, str]]:
    """(item, licence type, its code) for what an item issues."""
    for spec in bundle.licence_types():
        yield bundle.key, spec.key, spec.code


def unknown_licence_types(name: str, item: ItemSpec, known: frozenset[str]) -> list[Finding]:
    """Materials that a licence of an unknown type is said to replace."""
    return [
        Finding(
            name,
            f"materials.{material.key}.licence_type",
            gettext_noop("The licence type “%(key)s” is not known."),
            gettext_noop("What a licence on file replaces names its type"),
            gettext_noop("Add it to data/licence_types.yaml, or correct the key."),
            params={"key": material.licence_type},
        )
        for material in item.materials
        if material.licence_type and material.licence_type not in known
    ]


def licence_type_clashes(codes: Iterator[tuple[str, str, str]]) -> list[Finding]:
    """Two licence types with one code, or one type with two codes."""
    owner: dict[str, str] = {}
    found = []
    for item, key, code in codes:
        if owner.setdefault(code, key) != key:
            found.append(
                Finding(
                    item,
                    "result.licence_type.code",
                    gettext_noop("The code %(code)s already belongs to the licence type “%(key)s”."),
                    "GB/T 36904-2018",
                    gettext_noop("Give each licence type its own last three digits."),
                    params={"code": code, "key": owner[code]},
                )
            )
    return found


def check_bundles(bundles: list[Bundle], known: frozenset[str]) -> list[Finding]:
    """The same rules over bundles that are not in the database; ``known`` are the keys of others' licence types."""
    own = frozenset(spec.key for bundle in bundles for spec in bundle.licence_types())
    found = licence_type_clashes(code for bundle in bundles for code in licence_codes(bundle))
    for bundle in bundles:
        found += bundle.findings()
        for version in bundle.versions:
            found += unknown_licence_types(f"{bundle.key}/{version.number}", version.item, known | own)
    return found
