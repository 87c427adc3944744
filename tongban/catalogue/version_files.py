"""One version of an item as a file, YAML or XLSX, and back."""

from __future__ import annotations

from tongban.catalogue import bundles, workbooks
from tongban.core.errors import FieldError, Invalid, gettext_noop
from tongban.core.items import ItemVersionSpec

MIMES = {
    "yaml": "application/yaml; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def write_version(key: str, version: ItemVersionSpec, kind: str) -> tuple[bytes, str]:
    """The file of ``version`` and its media type; ``kind`` is one of :data:`MIMES`."""
    if kind == "xlsx":
        return workbooks.write_workbook(key, version), MIMES["xlsx"]
    return bundles.write_bundle(key, [version]).encode(), MIMES["yaml"]


def read_version(content: bytes, name: str) -> ItemVersionSpec:
    """The version in a file, told by its first bytes. Raises :class:`Invalid` naming what cannot be read.

    A YAML file with several versions gives its last one.
    """
    if content[:2] == b"PK":
        return workbooks.read_workbook(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = gettext_noop("The file cannot be read.")
        remedy = gettext_noop("Give a YAML file in UTF-8 or an XLSX workbook exported here.")
        raise Invalid(message, remedy=remedy, errors=[FieldError("(file)", message, remedy)]) from error
    return bundles.read_bundle(text, name[:100], any_key=True).versions[-1]
