"""What happens to an uploaded file before it may become part of a draft or a case.

All of it is done before the transaction begins: a scan of a large file must not hold a lock.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.utils import timezone

from tongban.core.errors import DomainError, FieldError, Invalid, gettext_noop
from tongban.core.items import Material
from tongban.documents import services as documents
from tongban.gateways import antivirus
from tongban.records.cleaning import CleanUpload, clean_upload
from tongban.records.services import store_file
from tongban.records.uploads import PAPERS
from tongban.records.values import FileView

logger = logging.getLogger(__name__)


class NotScanned(DomainError):
    """The virus scanner gave no verdict, so nothing was taken (answered with 503: later it may work)."""

    status = 503


@dataclass(frozen=True)
class Received:
    """A file that was found harmless, or was made so; not stored yet."""

    name: str
    clean: CleanUpload

    @property
    def pages(self) -> int:
        """Pages of a PDF; 1 for a picture, 0 for an office file."""
        return self.clean.checked.pages

    @property
    def removed(self) -> tuple[str, ...]:
        """What was taken out of it, as keys of ``records.cleaning.REMOVED``."""
        return self.clean.removed

    def store(self, purpose: str) -> FileView:
        """Keep it, inside the transaction that refers to it; an office file gets a copy for reading."""
        mime = self.clean.checked.mime
        stored = store_file(content=self.clean.content, name=self.name, mime=mime, purpose=purpose)
        documents.ask_for_copy(file_id=stored.id, mime=mime, now=timezone.now())
        return stored


def receive(content: bytes, name: str, material: Material | None = None) -> Received:
    """Check, clean and scan an uploaded file; ``material`` says which office files are taken beside papers.

    Raises Invalid on the field ``file`` with a remedy when the file cannot be taken, :class:`NotScanned` when the virus
    scanner does not answer. The scanner sees the file as it was sent, before anything was taken out of it.
    """
    office = material.office_files if material is not None else ()
    clean = clean_upload(content, name, allowed=(*PAPERS, *office))
    try:
        found = antivirus.scan(content)
    except antivirus.ScannerFailed as error:
        logger.error("an upload was not scanned: %s", error)
        raise NotScanned(
            gettext_noop("The file could not be scanned for viruses, so it was not taken."),
            remedy=gettext_noop("Everything else you entered is kept. Upload the file again in a few minutes."),
        ) from error
    if found:
        logger.warning("an upload was refused by the virus scanner: %s", found)
        message = gettext_noop("The file carries a virus (%(name)s).")
        remedy = gettext_noop("Clean your device with a virus scanner, make the file anew and upload that.")
        params = {"name": found}
        raise Invalid(message, remedy=remedy, params=params, errors=[FieldError("file", message, remedy, params)])
    return Received(name, clean)
