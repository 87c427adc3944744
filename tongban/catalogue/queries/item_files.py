"""The files that go with a published version: empty form and filled-in example."""

from __future__ import annotations

from tongban.catalogue.models import ItemFile, ItemVersion
from tongban.catalogue.views import ItemFileView
from tongban.catalogue.wording import sendable
from tongban.core.errors import NotFound, gettext_noop


def item_files(version_id: int) -> dict[str, ItemFileView]:
    """The files of a version by kind (``blank``, ``sample``); empty until the worker has made them."""
    return {row.kind: _view(row) for row in ItemFile.objects.filter(version_id=version_id)}


def item_file(item_key: str, number: int, kind: str) -> ItemFileView:
    """One file of a published version, for everybody to open.

    Raises :class:`NotFound` for an unknown item, version or kind, for a draft, and while the file is being made.
    """
    item_key = sendable(item_key)
    row = (
        ItemFile.objects.exclude(version__status=ItemVersion.DRAFT)
        .filter(version__item__key=item_key, version__number=number, kind=kind)
        .first()
    )
    if row is None:
        raise NotFound(
            gettext_noop("There is no such form, or it is still being made."),
            remedy=gettext_noop("Just after publication, try again in a minute; else open it from the item's guide."),
        )
    return _view(row)


def _view(row: ItemFile) -> ItemFileView:
    return ItemFileView(row.kind, str(row.file_id), row.name, row.sha256)
