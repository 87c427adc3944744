"""``tongban archive``: pack a finished case so that it proves itself, and verify such a package anywhere."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

HELP = "pack a finished case for the archive, or verify a package"
#: Verifying needs neither settings nor database; packing sets Django up itself.
NEEDS_DJANGO = False

_FAULTS, _USAGE_ERROR = 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Sub-verbs."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    make = verbs.add_parser("make", help="pack one finished case")
    make.add_argument("number", metavar="NUMBER", help="the case's number")
    make.add_argument("--to", metavar="DIR", type=Path, default=Path(), help="where the package goes (default: here)")
    verify = verbs.add_parser("verify", help="check a package; exit 1 when something does not add up")
    verify.add_argument("file", metavar="FILE", type=Path, help="the package")
    verify.add_argument("--seal-key", metavar="PEM", type=Path, help="the public keys of the seals, as published")
    verify.add_argument("--root", metavar="PEM", type=Path, help="the root certificates of the documents, as published")
    verify.add_argument("--json", action="store_true", help="print JSON")
    verify.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the output")


def run(args: argparse.Namespace) -> int:
    """Run the sub-verb: 0 when all is well, 1 for a package with faults, 2 for what cannot be read or written."""
    return _make(args.number, args.to) if args.verb == "make" else _verify(args)


def _make(number: str, folder: Path) -> int:
    from tongban.commands import set_up_django

    set_up_django()
    from django.utils import timezone

    from tongban.cases import services
    from tongban.core.actors import SYSTEM

    if not folder.is_dir():
        print(f"tongban: {folder} is no directory; name one that exists after --to.", file=sys.stderr)
        return _USAGE_ERROR
    now, path = timezone.now(), folder / f"{number}.zip"
    content, sha256 = services.archive_of(number=number, actor=SYSTEM, now=now)
    with content:
        try:
            _write(path, content.read())
        except OSError as error:
            print(f"tongban: {path} cannot be written: {error.strerror}.", file=sys.stderr)
            return _USAGE_ERROR
    services.record_archive(number=number, sha256=sha256, actor=SYSTEM, now=now)
    print(f"{path}  SHA-256 {sha256}")
    return 0


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, readable by its owner only: it holds personal data in clear."""
    draft = path.with_name(f".{path.name}.part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)


def _verify(args: argparse.Namespace) -> int:
    from tongban.cases.archive.checking import Believed, check

    try:
        believed = Believed(
            args.seal_key.read_bytes() if args.seal_key else b"", args.root.read_bytes() if args.root else b""
        )
        report = check(args.file, believed)
    except OSError as error:
        print(f"tongban: {error.filename} cannot be read: {error.strerror}.", file=sys.stderr)
        return _USAGE_ERROR
    if args.json:
        faults = [
            {"part": fault.part, "problem": fault.problem, "text": fault.text(args.lang)} for fault in report.faults
        ]
        body = {"ok": report.good, "case": report.case, "keys": report.keys, "roots": report.roots, "faults": faults}
        print(json.dumps(body, ensure_ascii=False, indent=1))
        return 0 if report.good else _FAULTS
    for fault in report.faults:
        print(fault.text(args.lang))
    counted = (report.case or args.file.name, report.files, report.events, report.seals, report.signatures)
    if args.lang == "zh":
        print("{}：{} 个文件，{} 条事件，{} 份封存，{} 份签名文书".format(*counted), end="：")
        print("核验通过" if report.good else f"发现 {len(report.faults)} 处问题")
    else:
        print("{}: {} files, {} events, {} seals, {} signed papers".format(*counted), end=": ")
        print("everything adds up" if report.good else f"{len(report.faults)} findings")
    for name, known in (("seal key", report.keys), ("root", report.roots)):
        for key, fingerprint in known.items():
            print(f"  {name} {key}: SHA-256 {fingerprint}")
    return 0 if report.good else _FAULTS
