"""Copies for reading of the office files among the rows of a case or a draft."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from tongban.documents import queries as documents
from tongban.records.office_files import EXTENSIONS


class Stored(Protocol):
    """A row of a stored file."""

    file_id: Any
    mime: str


def copies_of(rows: Iterable[Stored]) -> Mapping[str, documents.ReadingCopyView]:
    """The copies for reading of the office files among ``rows``, by file; a query only where there are any."""
    return documents.reading_copies([str(row.file_id) for row in rows if row.mime in EXTENSIONS])
