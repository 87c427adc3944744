"""Verifying an archive package: every part, what each proves, and that the container is as it was written.

A package is checked against what it carries, so somebody who holds no key cannot change a byte unseen. Somebody who
writes a whole new one with keys of his own is found by comparing the keys: with ``believed`` ones, or by eye with those
that the authority publishes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tongban.cases.archive import package
from tongban.documents.pdf_signatures import certificates, check_pdf, roots_of
from tongban.records.canonical import digest
from tongban.records.values import ZERO_HASH

CHUNK = 1 << 20
#: What reading a damaged ZIP may raise.
_READ = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError, MemoryError)
#: What reading a damaged text may raise.
_PARSE = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)
#: Problem → what it means, in Chinese and English.
PROBLEMS: Mapping[str, tuple[str, str]] = {
    "not_a_package": ("不是归档包，或者文件已损坏", "this is no archive package, or it is damaged"),
    "too_large": ("文件过大，不予读取", "this is too large to be read"),
    "container": ("压缩包本身被改动过", "the container itself was changed"),
    "twice": ("包内出现两次", "stands in the package twice"),
    "unlisted": ("清单中没有这个文件", "the manifest does not name this file"),
    "missing": ("缺少这个文件", "this file is missing"),
    "unreadable": ("无法读取", "this cannot be read"),
    "altered": ("内容与清单中的 SHA-256 不符", "the content is not what the manifest's SHA-256 names"),
    "manifest": ("清单无法读取或者缺少内容", "the manifest cannot be read or lacks something"),
    "manifest_signature": ("清单的签名不符", "the signature does not fit the manifest"),
    "key": ("没有对应的公钥，或者公钥与编号不符", "the public key is missing or does not fit its id"),
    "key_foreign": ("签名所用的公钥不是所信任的公钥", "signed with another key than the one believed"),
    "chain": ("事件链断裂或者被改动", "the chain of events is broken or was changed"),
    "chain_end": ("事件链的末尾与清单不符", "the chain does not end where the manifest says"),
    "seal": ("封存签名不符", "the signature of the seal does not fit"),
    "not_sealed": ("没有封存签名覆盖这条事件链", "no seal covers this chain of events"),
    "seal_differs": ("封存的事件与链中的事件不同", "the seal holds another event than the chain"),
    "pdf_unsigned": ("没有电子签名", "bears no electronic signature"),
    "pdf_unreadable": ("无法作为已签名的 PDF 读取", "cannot be read as a signed PDF"),
    "pdf_altered": ("签名之后被改动", "was changed after it was signed"),
    "pdf_appended": ("签名之后添加了内容", "something was appended after it was signed"),
    "pdf_foreign": ("签名证书不受信任", "the signer's certificate is not believed"),
    "not_vouched": ("事件中没有记载这个文件", "no event vouches for this file"),
    "lost": ("事件中记载的文件不在包内", "an event names a file that is not in the package"),
}


@dataclass(frozen=True)
class Fault:
    """One thing that does not add up: the part it concerns, and a stable word of :data:`PROBLEMS`."""

    part: str
    problem: str

    def text(self, language: str) -> str:
        """In words, ``zh`` or ``en``."""
        zh, en = PROBLEMS[self.problem]
        return f"{self.part}：{zh}" if language == "zh" else f"{self.part}: {en}"


@dataclass
class Report:
    """What was found. ``keys`` and ``roots`` are what the package rests on, to be compared with what is published."""

    case: str = ""
    files: int = 0
    events: int = 0
    seals: int = 0
    signatures: int = 0
    keys: dict[str, str] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether everything adds up."""
        return not self.faults


@dataclass(frozen=True)
class Believed:
    """Keys from elsewhere: PEM of the seals' public keys and of the root certificates. Empty: the package's own."""

    seal_keys: bytes = b""
    roots: bytes = b""


def check(path: Path, believed: Believed | None = None) -> Report:
    """Verify the package at ``path``. Raises OSError only when the file itself cannot be opened."""
    report = Report()
    with path.open("rb") as handle:
        try:
            with zipfile.ZipFile(handle) as source:
                _Check(source, report, believed or Believed()).run(handle)
        except _READ:
            report.faults.append(Fault(path.name, "not_a_package"))
    return report


class _Check:
    """One verification. Each step notes faults and goes on; only without a manifest there is nothing to go on with."""

    def __init__(self, source: zipfile.ZipFile, report: Report, believed: Believed) -> None:
        self.source, self.report, self.believed = source, report, believed
        self.listed: dict[str, dict[str, Any]] = {}
        self.manifest: dict[str, Any] = {}
        self.keys: dict[str, Ed25519PublicKey] = {}
        self.bodies: dict[str, list[dict[str, Any]]] = {}
        self.hashes: dict[str, list[str]] = {}

    def fault(self, part: str, problem: str) -> None:
        """Note a fault, once."""
        found = Fault(part, problem)
        if found not in self.report.faults:
            self.report.faults.append(found)

    def run(self, handle: IO[bytes]) -> None:
        """Every step, in the order in which one rests on the other."""
        if sum(info.file_size for info in self.source.infolist()) > package.MOST_BYTES:
            self.fault(package.MANIFEST, "too_large")
            return
        self._step(package.MANIFEST, "manifest", self._read_manifest)
        if not self.listed:
            self.fault(package.MANIFEST, "manifest")
            return
        self._entries()
        self._step(package.SIGNATURE, "manifest_signature", self._signature)
        for chain in self.manifest["chains"]:
            part = str(chain.get("file", "")) if isinstance(chain, dict) else package.MANIFEST
            self._step(part, "chain", lambda chain=chain: self._chain(chain))  # type: ignore[misc]  # mypy: defaults
        self._seals()
        self._step(package.CERTIFICATES, "unreadable", self._pdfs)
        self._step(package.MANIFEST, "manifest", self._vouched)
        self._step(package.MANIFEST, "container", lambda: self._container(handle))

    def _step(self, part: str, problem: str, act: Callable[[], None]) -> None:
        """One step; what cannot even be read is a fault of ``part``."""
        try:
            act()
        except (*_READ, *_PARSE):
            self.fault(part, problem)

    def _read(self, path: str) -> bytes:
        return self.source.read(path)

    def _read_manifest(self) -> None:
        found = json.loads(self._read(package.MANIFEST))
        if (found["format"], found["version"]) != (package.FORMAT, package.VERSION):
            raise ValueError("another format")
        if not isinstance(found["chains"], list):
            raise TypeError("chains are a list")
        files = {str(row["path"]): row for row in found["files"]}
        if len(files) != len(found["files"]):
            raise ValueError("a path twice")
        self.report.case = str(found["case"])
        self.manifest, self.listed = found, files

    def _entries(self) -> None:
        """Nothing missing, nothing beside, every file as the manifest has it."""
        names = self.source.namelist()
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.fault(name, "twice")
        for name in sorted(set(names) - set(self.listed) - {package.MANIFEST, package.SIGNATURE}):
            self.fault(name, "unlisted")
        for path, row in self.listed.items():
            self.report.files += 1
            if path not in names:
                self.fault(path, "missing")
            else:
                self._step(path, "altered", lambda path=path, row=row: self._file(path, row))  # type: ignore[misc]

    def _file(self, path: str, row: Mapping[str, Any]) -> None:
        found, size = hashlib.sha256(), 0
        with self.source.open(path) as handle:
            while part := handle.read(CHUNK):
                found.update(part)
                size += len(part)
        if (found.hexdigest(), size) != (row["sha256"], row["size"]):
            self.fault(path, "altered")

    def _signature(self) -> None:
        signed = json.loads(self._read(package.SIGNATURE))
        self._load_key(str(signed["key"]))
        key = self.keys.get(str(signed["key"]))
        if key is not None and not _fits(key, signed["signature"], self._read(package.MANIFEST)):
            self.fault(package.SIGNATURE, "manifest_signature")

    def _load_key(self, key_id: str) -> None:
        """Take up a public key, if it is what its id says and, where keys are believed, one of those."""
        path = package.key_path(key_id)
        try:
            key = serialization.load_pem_public_key(self._read(path))
        except (*_READ, *_PARSE):
            self.fault(path, "key")
            return
        if not isinstance(key, Ed25519PublicKey) or _id(key) != key_id:
            self.fault(path, "key")
            return
        if self.believed.seal_keys and key_id not in {_id(each) for each in _keys(self.believed.seal_keys)}:
            self.fault(path, "key_foreign")
        self.keys[key_id] = key
        self.report.keys[key_id] = hashlib.sha256(_raw(key)).hexdigest()

    def _chain(self, chain: Mapping[str, Any]) -> None:
        """Every event hashed, in order, after the one before it, and as many as the manifest says."""
        previous, bodies, hashes = ZERO_HASH, [], []
        for number, line in enumerate(self._read(chain["file"]).decode().split("\n")[:-1], 1):
            event = json.loads(line)
            body = json.loads(event["body"])
            if digest(event["body"]) != event["hash"] or body["prev"] != previous:
                raise ValueError(f"event {number}")
            if (body["chain"], body["seq"]) != (chain["name"], number):
                raise ValueError(f"event {number}")
            previous = event["hash"]
            bodies.append(body)
            hashes.append(previous)
        self.bodies[chain["name"]], self.hashes[chain["name"]] = bodies, hashes
        self.report.events += len(bodies)
        if (len(bodies), previous) != (chain["seq"], chain["hash"]):
            self.fault(chain["file"], "chain_end")

    def _seals(self) -> None:
        """Every seal signed, and one of them at the end of every chain."""
        sealed: dict[tuple[str, int], str] = {}
        for path, row in self.listed.items():
            if row.get("role") == "seal":
                self._step(path, "seal", lambda path=path: sealed.update(self._seal(path)))  # type: ignore[misc]
        for chain in self.manifest["chains"]:
            if not isinstance(chain, dict):
                continue
            name, part = str(chain.get("name")), str(chain.get("file"))
            hashes, own = self.hashes.get(name, []), {seq: hash_ for (of, seq), hash_ in sealed.items() if of == name}
            if len(hashes) not in own:
                self.fault(part, "not_sealed")
            if any(seq > len(hashes) for seq in own):
                self.fault(part, "chain_end")
            if any(hashes[seq - 1] != hash_ for seq, hash_ in own.items() if 1 <= seq <= len(hashes)):
                self.fault(part, "seal_differs")

    def _seal(self, path: str) -> dict[tuple[str, int], str]:
        seal = json.loads(self._read(path))
        payload = json.loads(seal["payload"])
        if payload["key"] not in self.keys:
            self._load_key(payload["key"])
        key = self.keys.get(payload["key"])
        if key is None or not _fits(key, seal["signature"], seal["payload"].encode()):
            raise ValueError("signature")
        self.report.seals += 1
        return {(chain, seq): hash_ for chain, seq, hash_ in payload["heads"]}

    def _pdfs(self) -> None:
        """Every paper that this authority signed."""
        chain = certificates(self._read(package.CERTIFICATES))
        roots = certificates(self.believed.roots) if self.believed.roots else roots_of(chain)
        for root in roots:
            subject = str(root.subject.native.get("common_name", ""))
            self.report.roots[subject] = root.sha256_fingerprint.replace(" ", "").lower()
        for path, row in self.listed.items():
            if row.get("role") in ("document", "licence") and path in self.source.namelist():
                self._step(path, "pdf_unreadable", lambda path=path: self._pdf(path, roots, chain))  # type: ignore[misc]

    def _pdf(self, path: str, roots: list[Any], chain: list[Any]) -> None:
        found = check_pdf(self._read(path), roots, chain)
        self.report.signatures += 1
        if not found.good:
            self.fault(path, f"pdf_{found.problem}")

    def _vouched(self) -> None:
        """What the events name is there, and what is there is named by the events."""
        there: dict[str, set[str]] = {}
        for row in self.listed.values():
            there.setdefault(str(row.get("role")), set()).add(str(row["sha256"]))
        named = {
            "document": set(self._documents()),
            "licence": set(self._licences()),
            "material": set(self._materials()),
        }
        for role, known in named.items():
            for path, row in self.listed.items():
                if row.get("role") == role and row["sha256"] not in known:
                    self.fault(path, "not_vouched")
            for sha256 in sorted(known - there.get(role, set())):
                self.fault(f"{role} {sha256[:16]}", "lost")

    def _documents(self) -> Iterator[str]:
        for body in self.bodies.get(f"documents:case:{self.report.case}", []):
            yield str(body["facts"]["file"])

    def _licences(self) -> Iterator[str]:
        """Files of the versions that this case led to, not of those that other cases made later."""
        for name, bodies in self.bodies.items():
            if name.startswith("licence:"):
                own = {body["facts"].get("version") for body in bodies if self._made_here(body)}
                for body in bodies:
                    if body["verb"] == "file" and body["facts"]["version"] in own:
                        yield str(body["facts"]["file"])

    def _made_here(self, body: Mapping[str, Any]) -> bool:
        return bool(body["facts"].get("source_case") == f"case:{self.report.case}")

    def _materials(self) -> Iterator[str]:
        for body in self.bodies.get(f"case:{self.report.case}", []):
            listed = body["facts"].get("files")
            for item in listed if isinstance(listed, list) else []:
                yield str(item["sha256"])

    def _container(self, handle: IO[bytes]) -> None:
        """Written again from its contents, the package has the same bytes: nothing hides between the files."""
        if self.report.faults:
            return  # what is wrong inside has been named
        order = [*self.listed, package.MANIFEST, package.SIGNATURE]
        with tempfile.TemporaryFile() as again:
            package.write(again, ((path, self._read(path)) for path in order))
            again.seek(0)
            handle.seek(0)
            while True:
                mine, theirs = again.read(CHUNK), handle.read(CHUNK)
                if mine != theirs:
                    raise ValueError("container")
                if not mine:
                    return


def _keys(pem: bytes) -> Iterator[Ed25519PublicKey]:
    """The public keys of a PEM text that may hold several."""
    for part in pem.split(b"-----BEGIN")[1:]:
        key = serialization.load_pem_public_key(b"-----BEGIN" + part)
        if isinstance(key, Ed25519PublicKey):
            yield key


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def _id(key: Ed25519PublicKey) -> str:
    """As :func:`tongban.records.signing.key_id`, which needs settings."""
    return hashlib.sha256(_raw(key)).hexdigest()[:16]


def _fits(key: Ed25519PublicKey, signature: str, text: bytes) -> bool:
    try:
        key.verify(base64.b64decode(signature, validate=True), text)
    except InvalidSignature:
        return False
    return True
