"""Erasing what a case held while its chain still proves what happened.

Events name nobody and repeat digests only, so nothing in the chain has to change: the texts, forms and files they refer
to are encrypted or stored beside it, and those go. The last event says that they went.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

from tongban.cases import snapshot
from tongban.cases.models import Case, CorrectionFile, MaterialFile
from tongban.core.actors import SYSTEM
from tongban.core.dates import legal_date
from tongban.core.retention import Gone
from tongban.documents import services as documents
from tongban.records.erasing import erase_files
from tongban.records.services import append_event
from tongban.records.values import JSON, Finding, Head

#: What hangs on a case and holds words or files of people.
_WRITTEN = (
    "correction_files",
    "annotations",
    "corrections",
    "findings",
    "reviews",
    "special_procedures",
    "clarifications",
    "consultations",
    "inspections",
    "notes",
    "packages",
)


def erase(case: Case, now: datetime) -> Gone:
    """Erase one closed case inside the caller's transaction: files, form, answers, names, notes, documents.

    Its number, item, status and dates stay as the line of the register, and so does the account that applied.
    """
    files = erase_files(_files(case)) + documents.erase(owner=snapshot.chain(case), now=now)
    MaterialFile.objects.filter(material__case=case).delete()
    for name in _WRITTEN:
        getattr(case, name).all().delete()
    draft = getattr(case, "draft", None)
    if draft is not None:
        draft.delete()
    before = case.head_hash
    case.form, case.answers = {}, {}
    case.applicant_name = case.outcome_text = case.signature = ""
    case.erased_on = legal_date(now)
    facts: dict[str, JSON] = {
        "status": case.status,
        "row": snapshot.row_digest(case),
        "files": [],
        "erased": len(files),
    }
    head = append_event(
        chain=snapshot.chain(case),
        head=Head(case.seq, case.head_hash),
        verb="erase",
        actor=SYSTEM,
        at=now,
        legal_date=legal_date(now),
        facts=facts,
    )
    case.seq, case.head_hash = head.seq, head.hash
    case.save()
    return Gone(case.number, hashlib.sha256(f"{case.number}\n{before}".encode()).hexdigest(), files)


def _files(case: Case) -> Iterator[str]:
    """Every stored file that was handed in on the case."""
    for rows in (MaterialFile.objects.filter(material__case=case), CorrectionFile.objects.filter(case=case)):
        yield from (str(key) for key in rows.values_list("file_id", flat=True))
    for row in case.clarifications.all():
        yield from (str(item["file_id"]) for item in row.files)
    yield from (str(key) for key in case.packages.exclude(file_id=None).values_list("file_id", flat=True))
    draft = getattr(case, "draft", None)
    if draft is not None:
        yield from (str(key) for key in draft.files.values_list("file_id", flat=True))


def remains(case: Case, name: str, seq: int) -> Iterator[Finding]:
    """What is there of a case whose last event says that it was erased."""
    there = [each for each in _WRITTEN if getattr(case, each).exists()]
    there += ["form"] if case.form or case.answers or case.applicant_name else []
    there += ["files"] if MaterialFile.objects.filter(material__case=case).exists() else []
    if there or case.erased_on is None:
        yield Finding(name, seq, "erased", f"case {case.number} was erased and still has {', '.join(there) or 'all'}")
