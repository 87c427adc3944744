"""What pages about the catalogue may keep: everything under the marks of what is published."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

from tongban.records import watching

_MARK = "shown"
#: Items, versions and organisations stand under the mark of what every verb looks up.
_TABLES = ("catalogue_itemfacet", "catalogue_itemsearch", "catalogue_itemfile", "catalogue_licencetype")

_kept = watching.Kept(_MARK, watching.REFERENCE, most=256)
#: ``while_unchanged(key, read)``: what ``read`` made of the catalogue, until anything of it changes (one statement).
while_unchanged = _kept.once


def watch(using: BaseDatabaseWrapper) -> None:
    """Watch the tables; run after every migrate."""
    watching.install(using, _MARK, _TABLES)
