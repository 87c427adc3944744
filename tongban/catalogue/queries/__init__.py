"""Reads of the catalogue."""

from tongban.catalogue.queries.browse import (
    OBJECTS,
    browse,
    facets,
    item,
    items_list,
    licence_type,
    licence_types,
    published_details,
)
from tongban.catalogue.queries.check import check_bundles, check_catalogue
from tongban.catalogue.queries.editing import (
    DraftView,
    Placed,
    as_published,
    draft,
    draft_findings,
    history,
    open_draft_number,
    version_file,
    with_entries,
)
from tongban.catalogue.queries.item_files import item_file, item_files
from tongban.catalogue.queries.search import search
from tongban.catalogue.queries.versions import (
    MISSING_TRANSITION,
    transition_for,
    version,
    version_in_force,
    version_specs,
    version_to_apply,
    versions,
    versions_of,
)
from tongban.catalogue.shown import while_unchanged

__all__ = [
    "MISSING_TRANSITION",
    "OBJECTS",
    "DraftView",
    "Placed",
    "as_published",
    "browse",
    "check_bundles",
    "check_catalogue",
    "draft",
    "draft_findings",
    "facets",
    "history",
    "item",
    "item_file",
    "item_files",
    "items_list",
    "licence_type",
    "licence_types",
    "open_draft_number",
    "published_details",
    "search",
    "transition_for",
    "version",
    "version_file",
    "version_in_force",
    "version_specs",
    "version_to_apply",
    "versions",
    "versions_of",
    "while_unchanged",
    "with_entries",
]
