"""Bytes of a case: who may open which file. Foreign files do not exist for others."""

from __future__ import annotations

from datetime import datetime
from typing import IO

from tongban.accounts import queries as accounts
from tongban.cases import snapshot
from tongban.cases.access import find_case, find_draft, handles, under_power
from tongban.cases.models import CorrectionFile, MaterialFile
from tongban.cases.queries.talking import materials_asked_about
from tongban.core.actors import Actor
from tongban.core.agency import Act
from tongban.core.errors import NotFound, gettext_noop
from tongban.documents import queries as documents
from tongban.records import queries as records
from tongban.records.values import FileView


def _gone() -> NotFound:
    return NotFound(
        gettext_noop("There is no such file, or it is not yours to see."), remedy=gettext_noop("Go back to the case.")
    )


def case_file(number: str, actor: Actor, file_id: str) -> tuple[FileView, IO[bytes]]:
    """A material's file (or one uploaded to an open correction), and its bytes."""
    case = find_case(number, actor)
    files = MaterialFile.objects.filter(material__case=case)
    if not handles(actor, case, case.reviews.all()):
        keys = materials_asked_about(case.consultations.all(), actor)
        own = files if keys is None else files.filter(material__key__in=keys)
        return _bytes(file_id, {str(item) for item in own.values_list("file_id", flat=True)})
    known = {str(item) for item in files.values_list("file_id", flat=True)}
    known |= {str(item) for item in CorrectionFile.objects.filter(case=case).values_list("file_id", flat=True)}
    known |= {item["file_id"] for row in case.clarifications.all() for item in row.files}
    return _bytes(file_id, known)


def _bytes(file_id: str, known: set[str]) -> tuple[FileView, IO[bytes]]:
    if file_id not in known:
        raise _gone()
    return records.file_info(file_id), records.open_file(file_id)


def case_copy(number: str, actor: Actor, file_id: str) -> tuple[FileView, IO[bytes]]:
    """The copy for reading of an office file, for whoever may open the file. NotFound while it is not made."""
    _info, original = case_file(number, actor, file_id)
    original.close()
    return _copy(file_id)


def draft_copy(draft_id: str, actor: Actor, file_id: str) -> tuple[FileView, IO[bytes]]:
    """The copy for reading of an office file of a draft."""
    _info, original = draft_file_content(draft_id, actor, file_id)
    original.close()
    return _copy(file_id)


def _copy(file_id: str) -> tuple[FileView, IO[bytes]]:
    found = documents.reading_copies([file_id]).get(file_id)
    if found is None or not found.ready:
        raise _gone()
    return records.file_info(found.file_id), records.open_file(found.file_id)


def draft_file_content(draft_id: str, actor: Actor, file_id: str) -> tuple[FileView, IO[bytes]]:
    """A file uploaded to a draft, and its bytes."""
    draft = find_draft(draft_id, actor)
    if file_id not in {str(item) for item in draft.files.values_list("file_id", flat=True)}:
        raise _gone()
    return records.file_info(file_id), records.open_file(file_id)


def case_document(number: str, actor: Actor, document_id: str) -> tuple[FileView, IO[bytes]]:
    """The signed PDF of a notice of the case, and its bytes. Raises NotFound while it is not made."""
    case = find_case(number, actor)
    document = documents.get(document_id)
    if not handles(actor, case, case.reviews.all()):
        raise _gone()
    if document.owner != snapshot.chain(case) or not document.ready:
        raise _gone()
    under_power(actor, case.applicant_id, case.item_key, Act.RECEIVE)
    return records.file_info(document.file_id), records.open_file(document.file_id)


def case_power(number: str, actor: Actor, now: datetime) -> tuple[FileView, IO[bytes]]:
    """The written authority of the agent who looks after the case, and its bytes. NotFound while it is not made."""
    case = find_case(number, actor)
    power = accounts.power_by_number(case.power, now)
    if power is None or not power.file_id:
        raise _gone()
    return records.file_info(power.file_id), records.open_file(power.file_id)


def case_power_scan(number: str, actor: Actor, now: datetime) -> tuple[FileView, IO[bytes]]:
    """The same authority as it was signed on paper. NotFound where no scan was added."""
    case = find_case(number, actor)
    power = accounts.power_by_number(case.power, now)
    if power is None or not power.scan_id:
        raise _gone()
    return records.file_info(power.scan_id), records.open_file(power.scan_id)
