"""Verbs of the catalogue: import, edit, publish, withdraw."""

from tongban.catalogue.services.bundles import ensure_bundled, import_bundle, load_licence_types
from tongban.catalogue.services.editing import (
    Saved,
    change_list,
    discard_draft,
    open_draft,
    replace_content,
    save_entries,
    undo,
)
from tongban.catalogue.services.item_files import enqueue_missing_files, make_files
from tongban.catalogue.services.listing import refresh_listing
from tongban.catalogue.services.status import set_status
from tongban.catalogue.services.tables import import_table
from tongban.catalogue.services.versions import check_second_person, publish, save_draft, withdraw
from tongban.catalogue.version_files import read_version as read_version_file

__all__ = [
    "Saved",
    "change_list",
    "check_second_person",
    "discard_draft",
    "enqueue_missing_files",
    "ensure_bundled",
    "import_bundle",
    "import_table",
    "load_licence_types",
    "make_files",
    "open_draft",
    "publish",
    "read_version_file",
    "refresh_listing",
    "replace_content",
    "save_draft",
    "save_entries",
    "set_status",
    "undo",
    "withdraw",
]
