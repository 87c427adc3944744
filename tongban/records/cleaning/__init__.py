"""Making an uploaded file harmless: what acts, hides or tells more than the page shows is taken out, or refused.

A file in which nothing was found is kept byte for byte: its hash is the one its owner can compute, and a signature on
it stays valid. What was taken out is named, so that the person who sent the file can be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tongban.records.cleaning.pdfs import clean_pdf, unpacks_within
from tongban.records.cleaning.pictures import clean_picture
from tongban.records.uploads import MAX_BYTES, PAPERS, CheckedUpload, check_upload

__all__ = ["REMOVED", "CleanUpload", "clean_upload", "unpacks_within"]


@dataclass(frozen=True)
class CleanUpload:
    """``content`` may be kept and shown. ``removed``: what was taken out of it, as keys of :data:`REMOVED`."""

    checked: CheckedUpload
    content: bytes
    removed: tuple[str, ...] = ()


#: What may be taken out of a file. The words for it are the screens'.
REMOVED = ("scripts", "actions", "attachments", "media", "outside", "metadata", "appended")


def clean_upload(
    content: bytes, name: str, *, allowed: Sequence[str] = PAPERS, max_bytes: int = MAX_BYTES
) -> CleanUpload:
    """Check ``content`` as :func:`~tongban.records.uploads.check_upload` does, and make it harmless.

    Raises Invalid with a remedy for what cannot be made harmless: a signed PDF with scripts in it (taking them out
    would break the signature), a form or portfolio that is nothing without its scripts or attachments, and whatever
    would unpack to more than the machine can hold.
    """
    checked = check_upload(content, name, allowed=allowed, max_bytes=max_bytes)
    if checked.extension == "pdf":
        cleaned, removed = clean_pdf(content)
    elif checked.extension in ("jpg", "png"):
        cleaned, removed = clean_picture(content, checked.extension)
    else:
        cleaned, removed = content, ()
    return CleanUpload(checked, cleaned, removed)
