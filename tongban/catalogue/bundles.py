"""The readable form of an item: one YAML file with all its versions.

A version may inherit from an earlier one; the top-level entries of its ``item`` then replace the inherited ones whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from tongban.core.errors import FieldError, Invalid, gettext_noop
from tongban.core.items import ItemVersionSpec, LicenceTypeSpec
from tongban.core.items_check import Finding, check_item
from tongban.core.specs import build, plain

PACKAGE = "tongban.catalogue"
_KEY = re.compile(r"[a-z][a-z0-9_]{1,79}")


@dataclass(frozen=True)
class Bundle:
    """One item with its versions, oldest first."""

    key: str
    versions: tuple[ItemVersionSpec, ...]
    source: str = ""

    def licence_types(self) -> Iterator[LicenceTypeSpec]:
        """The licence types the versions issue, the newest version first."""
        for version in reversed(self.versions):
            if version.item.result.licence_type is not None:
                yield version.item.result.licence_type

    def findings(self) -> list[Finding]:
        """Faults of all versions; the field names the version."""
        return [
            Finding(
                f"{self.key}/{version.number}",
                each.field,
                each.message,
                each.rule,
                each.remedy,
                each.level,
                0,
                each.params,
            )
            for version in self.versions
            for each in check_item(self.key, version.item)
        ]


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe YAML that refuses a key written twice instead of keeping the last one."""


def _mapping(loader: Any, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
    seen = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} is written twice", key_node.start_mark
            )
        seen.add(key)
    loader.flatten_mapping(node)
    return dict(yaml.constructor.SafeConstructor.construct_mapping(loader, node, deep=deep))


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_bundle(text: str, source: str = "", *, any_key: bool = False) -> Bundle:
    """The item in ``text``. Raises :class:`Invalid` naming every wrong place and its remedy.

    ``any_key``: also keys that are published codes, as imported items have.
    """
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise _invalid(
            source,
            FieldError(
                _place(error),
                gettext_noop("The file is not readable YAML: %(problem)s"),
                gettext_noop("Correct the line named."),
                {"problem": _problem(error)},
            ),
        ) from error
    if not isinstance(data, Mapping) or not isinstance(data.get("versions"), list) or not data["versions"]:
        raise _invalid(
            source,
            FieldError(
                "versions",
                gettext_noop("The file holds no versions of an item."),
                gettext_noop("Write key: and a list of versions: with at least one entry."),
            ),
        )
    key = str(data.get("key") or "")
    if not any_key and _KEY.fullmatch(key) is None:
        raise _invalid(
            source,
            FieldError(
                "key",
                gettext_noop("“%(key)s” is not a key."),
                gettext_noop("Use small letters, digits and underscores, a letter first."),
                {"key": key},
            ),
        )
    return Bundle(key, _versions(data["versions"], source), source)


def _versions(entries: list[Any], source: str) -> tuple[ItemVersionSpec, ...]:
    items: dict[Any, dict[str, Any]] = {}
    errors: list[FieldError] = []
    versions: list[ItemVersionSpec] = []
    for place, entry in enumerate(entries, 1):
        path = f"versions.{place}"
        if not isinstance(entry, Mapping):
            errors.append(
                FieldError(
                    path, gettext_noop("Expected a group of named entries."), gettext_noop("Write key: value lines.")
                )
            )
            continue
        values = dict(entry)
        parent = values.pop("inherits", None)
        if parent is not None and parent not in items:
            errors.append(
                FieldError(
                    f"{path}.inherits",
                    gettext_noop("There is no earlier version %(number)s."),
                    gettext_noop("Name the number of a version written above."),
                    {"number": parent},
                )
            )
        own = values.get("item") or {}
        merged = {**items.get(parent, {}), **own} if isinstance(own, Mapping) else own
        items[values.get("number")] = merged
        values["item"] = merged
        try:
            versions.append(build(ItemVersionSpec, values, path))
        except Invalid as invalid:
            errors.extend(invalid.errors)
    errors.extend(_order_errors(versions))
    if errors:
        raise _invalid(source, *errors)
    return tuple(versions)


def _order_errors(versions: list[ItemVersionSpec]) -> Iterator[FieldError]:
    for before, after in pairwise(versions):
        if after.number <= before.number or after.effective_from <= before.effective_from:
            yield FieldError(
                f"versions.{after.number}",
                gettext_noop("Versions must rise in number and in date of effect."),
                gettext_noop("Write the older version first."),
            )
        if before.effective_to is not None and before.effective_to >= after.effective_from:
            yield FieldError(
                f"versions.{before.number}.effective_to",
                gettext_noop("The version ends after the next one begins."),
                gettext_noop("End it on the day before, or leave the end out."),
            )
    for version in versions:
        if version.effective_to is not None and version.effective_to < version.effective_from:
            yield FieldError(
                f"versions.{version.number}.effective_to",
                gettext_noop("The version ends before it begins."),
                gettext_noop("Correct one of the two dates."),
            )
        if version.transition is not None and version.transition.rule not in ("continue", "convert", "terminate"):
            yield FieldError(
                f"versions.{version.number}.transition.rule",
                gettext_noop("“%(rule)s” is not a transition."),
                gettext_noop("Use continue, convert or terminate."),
                {"rule": version.transition.rule},
            )


def _problem(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or error).splitlines()[0]


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}" if mark is not None else "(file)"


def _invalid(source: str, *errors: FieldError) -> Invalid:
    return Invalid(gettext_noop("The item file %(file)s is not usable."), errors=errors, params={"file": source or "—"})


def read_file(path: Path) -> Bundle:
    """The item in the file at ``path``; raises :class:`Invalid` also when it cannot be read as UTF-8 text."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _invalid(
            path.name,
            FieldError(
                "(file)",
                gettext_noop("The file cannot be read."),
                gettext_noop("Give a text file in UTF-8 that this account may read."),
            ),
        ) from error
    bundle = read_bundle(text, path.name)
    if path.stem != bundle.key:
        raise _invalid(
            path.name,
            FieldError(
                "key",
                gettext_noop("The key “%(key)s” is not the name of the file."),
                gettext_noop("Name the file %(key)s.yaml."),
                {"key": bundle.key},
            ),
        )
    return bundle


def bundled() -> Iterator[Bundle]:
    """The items that come with the program, by key."""
    folder = resources.files(PACKAGE).joinpath("data/items")
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".yaml"):
            yield read_bundle(entry.read_text(encoding="utf-8"), entry.name)


@dataclass(frozen=True)
class ExternalLicenceType:
    """A licence type others issue that may replace a material; ``spec`` only where its layout is known."""

    key: str
    name: str
    spec: LicenceTypeSpec | None


def external_licence_types() -> tuple[ExternalLicenceType, ...]:
    """The licence types of ``data/licence_types.yaml``: complete ones, and those known by name only."""
    text = resources.files(PACKAGE).joinpath("data/licence_types.yaml").read_text(encoding="utf-8")
    return tuple(
        ExternalLicenceType(
            str(entry["key"]),
            str(entry["name"]),
            build(LicenceTypeSpec, entry, str(entry["key"])) if "fields" in entry else None,
        )
        for entry in yaml.safe_load(text)
    )


def write_bundle(key: str, versions: list[ItemVersionSpec]) -> str:
    """The YAML text of an item, readable and in the order of the fields; :func:`read_bundle` reads it back."""
    data = {"key": key, "versions": [plain(version) for version in versions]}
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


class _Dumper(yaml.SafeDumper):
    """YAML without aliases: equal parts are written out twice, as a person would."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never write an alias."""
        return True
