"""From a finished case to its archive package: papers, materials, application, events, and what proves them."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

from django.utils import translation

from tongban.accounts import queries as accounts
from tongban.cases import snapshot
from tongban.cases.archive import package
from tongban.cases.models import Case, MaterialFile, ServiceRecord
from tongban.cases.papers import unfinished
from tongban.cases.privacy import open_form
from tongban.cases.queries.desk import case_for_desk
from tongban.cases.queries.views import CaseMaterialView, DeskCaseView
from tongban.cases.service_rules import service_chain
from tongban.core.actors import SYSTEM
from tongban.core.errors import Refused, gettext_noop
from tongban.core.forms import DisplayRow, flatten_for_display
from tongban.documents import queries as documents
from tongban.documents.typesetting import typeset
from tongban.licences import queries as licences
from tongban.records import queries as records
from tongban.records.canonical import canonical
from tongban.records.office_files import EXTENSIONS
from tongban.records.services import sign_package, take_seal

_ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", **EXTENSIONS}
_PDF, _TEXT, _JSON, _PEM = "application/pdf", "text/plain; charset=utf-8", "application/json", "application/x-pem-file"
_EXPLAINED = """这是一件办结办件的电子归档包。

documents/     通知书、决定书等文书，带电子签名的 PDF
service/       送达回证的扫描件
licence/       本件产生的证照，带电子签名的 PDF
materials/     申请人提交的材料，原样保存，文件原名见 manifest.json；名称带 reading 的是办公文件的转换件，以原件为准
application/   申请表内容（form.json）和便于阅读的 PDF（form.pdf）、办理记录（case.json）
events/        事件链：每一行是一条事件的原文和它的 SHA-256，后一条记有前一条的哈希值
seals/         覆盖事件链末尾的封存记录，带 Ed25519 签名
verification/  核验所需的公钥和证书
manifest.json  清单：每个文件的用途、大小和 SHA-256；manifest.sig.json 是清单的签名

用 tongban archive verify 核验，不需要本系统的设置和数据库。核验时请将公钥和根证书与机关公布的对照。
没有这个程序，也可以按清单逐个核对 SHA-256，用 OpenSSL 核验 Ed25519 签名，用通用的 PDF 软件核验文书签名。

本包格式由通办项目自定（清单中写明 format 和 version）。包内有个人信息，请按档案规定保管。
"""

_DATES = ("first_received_on", "accepted_on", "decided_on", "certificate_on", "delivered_on", "closed_on")


@dataclass
class _Parts:
    """What goes into a package, in order; the manifest's line of each is made as it is added.

    Stored files are read when they are written, one after the other: a case may have more of them than memory.
    """

    entries: list[tuple[str, Callable[[], bytes]]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    chains: list[dict[str, Any]] = field(default_factory=list)

    def add(self, path: str, content: bytes, role: str, media: str, **about: Any) -> None:
        """One file with its role."""
        line = {"path": path, "role": role, "media": media, "size": len(content)}
        self.lines.append({**line, "sha256": hashlib.sha256(content).hexdigest(), **about})
        self.entries.append((path, lambda: content))

    def add_stored(self, path: str, file_id: str, role: str, media: str, **about: Any) -> None:
        """A stored file with its role; reading it compares it with what was stored."""
        info = records.file_info(file_id)
        self.lines.append(
            {"path": path, "role": role, "media": media, "size": info.size, "sha256": info.sha256, **about}
        )
        self.entries.append((path, lambda: records.read_file(file_id)))


def collect(case: Case, now: datetime) -> tuple[IO[bytes], str]:
    """The package of ``case`` as an open temporary file, and its SHA-256. The same facts give the same bytes.

    ``now`` is only for a seal that is taken where events are not sealed yet. Raises :class:`Refused` where the case
    cannot be archived, or a file of it is not what was stored.
    """
    refused = unfinished(case)
    if refused is not None:
        raise refused
    with translation.override("zh-hans"):
        return _collected(case, now)


def _collected(case: Case, now: datetime) -> tuple[IO[bytes], str]:
    parts = _Parts()
    view = case_for_desk(case.number, SYSTEM, now)
    parts.add("README.txt", _EXPLAINED.encode(), "note", _TEXT)
    _papers(parts, case)
    _materials(parts, case, view)
    _application(parts, case, view)
    _events(parts, case, now)
    return _written(parts, case, view)


def _papers(parts: _Parts, case: Case) -> None:
    """Every document, void ones too, and the versions of the licence that this case led to."""
    for number, row in enumerate(documents.for_owner(snapshot.chain(case)), 1):
        if row.file_id:
            about = {"document": row.id, "title": row.title, "number": row.number, "status": row.status}
            parts.add_stored(f"documents/{number:02}-{row.kind}.pdf", row.file_id, "document", _PDF, **about)
    for proof in ServiceRecord.objects.filter(case=case).exclude(scan_id=None).order_by("pk"):
        info = records.file_info(str(proof.scan_id))
        about = {"document": str(proof.document_id), "title": info.name, "served_on": proof.served_on.isoformat()}
        path = f"service/{proof.pk}.{_ENDINGS[info.mime]}"
        parts.add_stored(path, str(proof.scan_id), "service", info.mime, **about)
    for made in licences.for_case(snapshot.chain(case)):
        if made.file_id:
            about = {"licence": made.id, "title": made.name, "number": made.number, "identifier": made.identifier}
            parts.add_stored(f"licence/version-{made.version}.pdf", made.file_id, "licence", _PDF, **about)


def _materials(parts: _Parts, case: Case, view: DeskCaseView) -> None:
    """Everything handed in, replaced files too, in the order it came."""
    rows = MaterialFile.objects.filter(material__case=case).order_by("material__position", "pk")
    for number, row in enumerate(rows.select_related("material"), 1):
        about = {"name": row.name, "material": row.material.name, "round": row.round}
        about["superseded"] = row.superseded_round is not None
        _material(parts, number, str(row.file_id), row.mime, about)
    answers = [file for question in view.clarifications for file in question.files]
    for number, file in enumerate(answers, len(rows) + 1):
        _material(parts, number, file.file_id, file.mime, {"name": file.name, "material": "说明情况的材料"})


def _material(parts: _Parts, number: int, file_id: str, mime: str, about: Mapping[str, Any]) -> None:
    path = f"materials/{number:02}.{_ENDINGS.get(mime, 'bin')}"
    parts.add_stored(path, file_id, "material", mime, **about)
    copy = documents.reading_copies([file_id]).get(file_id) if mime in EXTENSIONS else None
    if copy is not None and copy.ready:
        made = {"source": path, "material": about["material"]}
        parts.add_stored(f"materials/{number:02}-reading.pdf", copy.file_id, "reading-copy", _PDF, **made)


def _application(parts: _Parts, case: Case, view: DeskCaseView) -> None:
    applicant = accounts.applicant(case.applicant_id)
    form = open_form(view.version.spec.form, case.form)
    entered = {
        "applicant": {
            "kind": applicant.kind,
            "name": case.applicant_name,
            "id_number": applicant.id_number,
            "phone": applicant.phone,
            "email": applicant.email,
            "address": applicant.address,
            "legal_representative": applicant.legal_representative,
        },
        "variant": case.variant,
        "answers": case.answers,
        "form": form,
        "signature": case.signature,
    }
    parts.add("application/form.json", _json(entered), "form-data", _JSON)
    rows = [row for row in flatten_for_display(view.version.spec.form, form) if row.value or row.rows]
    parts.add("application/form.pdf", _readable(case, view, rows), "form-reading", _PDF)
    parts.add("application/case.json", _json(_history(case, view)), "case", _JSON)


def _json(value: Any) -> bytes:
    """Readable JSON with its keys in order; dates in ISO form."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n").encode()


def _history(case: Case, view: DeskCaseView) -> dict[str, Any]:
    """What was asked, said and decided, in words; the events vouch for it by digests."""
    return {
        "number": case.number,
        "item": case.item_name,
        "item_key": case.item_key,
        "item_version": view.version.number,
        "authority": view.authority_name,
        "track": case.track,
        "status": case.status,
        "dates": {name: getattr(case, name) for name in _DATES},
        "submitted_at": case.submitted_at.isoformat(),
        "deemed_accepted": case.deemed,
        "granted": case.granted,
        "reasons": case.outcome_text,
        "reviews": [
            {name: getattr(row, name) for name in ("name", "outcome", "opinion", "opened_on", "done_on")}
            for row in case.reviews.order_by("pk")
        ],
        "corrections": [
            {
                "number": row.number,
                "served_on": row.served_on,
                "respond_by": row.respond_by,
                "answered_on": row.answered_on,
                "points": [{"wrong": point.wrong, "remedy": point.remedy} for point in row.points],
            }
            for row in view.corrections
        ],
        "questions": [
            {"asked_on": row.asked_on, "question": row.question, "answered_on": row.answered_on, "answer": row.answer}
            for row in view.clarifications
        ],
        "special_procedures": [
            {"ground": row.ground_zh, "basis": row.basis, "from": row.started_on, "until": row.ended_on}
            for row in view.special
        ],
        "inspections": [{"on": row["done_on"], "conclusion": row["conclusion"]} for row in view.inspections],
    }


def _readable(case: Case, view: DeskCaseView, rows: Sequence[DisplayRow]) -> bytes:
    """Application and outcome as a PDF for people."""
    dates = (
        ("收到申请", case.first_received_on),
        ("受理", case.accepted_on),
        ("决定", case.decided_on),
        ("办结", case.closed_on),
    )
    outcome = [[label, day.isoformat()] for label, day in dates if day]
    outcome += [["理由", case.outcome_text]] if case.outcome_text else []
    sections = [
        {"title": "办件", "rows": [["事项", case.item_name], ["申请人", case.applicant_name], *outcome]},
        {"title": "申请表", "rows": [[_label(row), _value(row)] for row in rows]},
        {"title": "材料", "rows": [[row.name, _named(row)] for row in view.materials]},
    ]
    opinions = [[row.name, row.opinion] for row in case.reviews.order_by("pk") if row.opinion]
    sections += [{"title": "部门意见", "rows": opinions}] if opinions else []
    shown = [section for section in sections if section["rows"]]
    closed = case.closed_on or case.first_received_on
    head = {"title": "办件归档阅读件", "authority": view.authority_name, "number": case.number}
    head |= {"year": str(closed.year), "month": str(closed.month), "day": str(closed.day)}
    return typeset("record.typ", {**head, "sections": shown})


def _named(row: CaseMaterialView) -> str:
    return "、".join(file.name for file in row.files) or "—"


def _label(row: DisplayRow) -> str:
    return f"{row.label}·{translation.gettext(row.part)}" if row.part else row.label


def _value(row: DisplayRow) -> str:
    if row.rows:
        lines = [[f"{head}：{cell}" for head, cell in zip(row.head, line, strict=True)] for line in row.rows]
        return "\n".join("；".join(line) for line in lines)
    return {"yes": "是", "no": "否"}.get(row.value, row.value) if row.translate else row.value


def _events(parts: _Parts, case: Case, now: datetime) -> None:
    """The chains, the seals at their ends, and the keys and certificates that check both."""
    name = snapshot.chain(case)
    chains = [name, f"documents:{name}", service_chain(case.number)]
    chains += list(dict.fromkeys(f"licence:{row.id}" for row in licences.for_case(name)))
    chains = [chain for chain in chains if records.head(chain).seq]
    numbers = _sealed(chains, now)
    for position, chain in enumerate(chains, 1):
        path = f"events/{position}-{chain.split(':', 1)[0]}.jsonl"
        texts = records.texts(chain)
        content = "".join(canonical({"body": body, "hash": hash_}) + "\n" for body, hash_ in texts).encode()
        parts.add(path, content, "events", "application/jsonl")
        parts.chains.append({"name": chain, "file": path, "seq": len(texts), "hash": texts[-1][1]})
    keys = {records.current_seal_key()}
    for number in sorted(set(numbers)):
        text, key_id = records.seal_text(number)
        parts.add(f"seals/seal-{number:08d}.json", text.encode(), "seal", _JSON)
        keys.add(key_id)
    for key_id in sorted(keys):
        parts.add(package.key_path(key_id), records.seal_key(key_id).encode(), "key", _PEM)
    parts.add(package.CERTIFICATES, documents.signing_certificates().encode(), "certificates", _PEM)


def _sealed(chains: Sequence[str], now: datetime) -> list[int]:
    """The numbers of the seals that hold the ends of these chains; where one is missing, a seal is taken."""
    for attempt in (1, 2):
        heads, found = {chain: records.head(chain).seq for chain in chains}, records.sealed_heads(chains)
        if all(found.get(chain, (0, 0))[0] == heads[chain] for chain in chains):
            return [found[chain][1] for chain in chains]
        if attempt == 1:
            take_seal(now)
    raise Refused(
        gettext_noop("The events of this case are being sealed at this moment."),
        remedy=gettext_noop("Wait a minute, then try again."),
    )


def _written(parts: _Parts, case: Case, view: DeskCaseView) -> tuple[IO[bytes], str]:
    manifest = canonical(
        {
            "format": package.FORMAT,
            "version": package.VERSION,
            "case": case.number,
            "item": case.item_name,
            "authority": view.authority_name,
            "chains": parts.chains,
            "files": parts.lines,
        }
    )
    key_id, signature = sign_package(manifest)
    signed = canonical({"algorithm": "ed25519", "key": key_id, "signature": signature})
    out = tempfile.TemporaryFile()  # noqa: SIM115 - whoever asked reads and closes it
    package.write(out, _entries(parts, manifest, signed))
    out.seek(0)
    found = hashlib.file_digest(out, "sha256").hexdigest()
    out.seek(0)
    return out, found


def _entries(parts: _Parts, manifest: str, signed: str) -> Iterator[tuple[str, bytes]]:
    for path, read in parts.entries:
        yield path, read()
    yield package.MANIFEST, manifest.encode()
    yield package.SIGNATURE, signed.encode()
