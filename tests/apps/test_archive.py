"""Archive packages: a finished case proves itself without the system, and whatever is changed in one is found."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import TestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import factories
from tests.apps.cases_help import Hall, Walk, at, begin, open_hall
from tongban.cases import services
from tongban.cases.archive import checking, package
from tongban.cases.archive.checking import Believed, check
from tongban.cases.models import ArchivePackage
from tongban.commands import archive as command
from tongban.core.actors import SYSTEM
from tongban.core.errors import Forbidden, NotFound, Refused
from tongban.records import queries as records
from tongban.records.models import StoredFile
from tongban.retention.services import run

pytestmark = pytest.mark.django_db
DAY = "2026-03-02"


@pytest.fixture(scope="module")
def finished(django_db_setup: None, django_db_blocker: Any) -> Iterator[Walk]:
    """One case from receipt to delivery, with a correction on the way; each test rolls back what it adds."""
    with django_db_blocker.unblock():
        atomics = TestCase._enter_atomics()
        walk = begin(open_hall(), DAY, premises="own").ask_correction().correct().judge()
        walk.accept().reviews().grant().certificate()
        walk.do(services.deliver, "certificates", method="window", recipient="示例经办")
        factories.run_tasks()
        yield walk
        TestCase._rollback_atomics(atomics)


@pytest.fixture
def walk(finished: Walk, db: None) -> Walk:
    return replace(finished, hall=Hall(dict(finished.hall.ids)))


@pytest.fixture(scope="module")
def packed(finished: Walk, django_db_blocker: Any) -> bytes:
    with django_db_blocker.unblock():
        content, _sha256 = services.archive_of(number=finished.number, actor=SYSTEM, now=finished.now)
        with content:
            return content.read()


@pytest.fixture
def file(packed: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "package.zip"
    path.write_bytes(packed)
    return path


def entries(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as source:
        return {name: source.read(name) for name in source.namelist()}


def manifest(packed: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(entries(packed)[package.MANIFEST])
    return found


def rewritten(packed: bytes, path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The package with ``change`` made to its contents, written as the program would write it."""
    found = entries(packed)
    change(found)
    with path.open("wb") as out:
        package.write(out, found.items())
    return path


def problems(path: Path, believed: Believed | None = None) -> set[tuple[str, str]]:
    return {(fault.part, fault.problem) for fault in check(path, believed).faults}


def test_a_package_holds_everything_and_adds_up(file: Path, packed: bytes, walk: Walk) -> None:
    report = check(file)
    assert report.faults == []
    assert report.case == walk.number
    roles = {row["role"] for row in manifest(packed)["files"]}
    assert roles == {
        *("note", "document", "licence", "material", "form-data", "form-reading", "case"),
        *("events", "seal", "key", "certificates"),
    }
    chains = {chain["name"].split(":")[0] for chain in manifest(packed)["chains"]}
    assert chains == {"case", "documents", "licence", "service"}
    assert report.signatures == sum(row["role"] in ("document", "licence") for row in manifest(packed)["files"])
    assert report.signatures >= 4
    assert any(row.get("superseded") for row in manifest(packed)["files"]), "replaced files are kept as well"
    form = json.loads(entries(packed)["application/form.json"])
    assert form["applicant"]["name"] == walk.row.applicant_name
    assert entries(packed)["application/form.pdf"].startswith(b"%PDF")
    history = json.loads(entries(packed)["application/case.json"])
    assert history["corrections"][0]["points"][0]["wrong"] == "没有比例尺。"
    assert all(row["opinion"] for row in history["reviews"])


def test_the_same_case_gives_the_same_bytes(packed: bytes, walk: Walk) -> None:
    later = at("2026-09-01")
    content, _sha256 = services.archive_of(number=walk.number, actor=SYSTEM, now=later)
    with content:
        assert content.read() == packed


def test_it_is_verified_without_settings_and_without_django(file: Path) -> None:
    code = (
        "import sys; from tongban.commands import main; code = main(sys.argv[1:]);"
        "from django.conf import settings; assert not settings.configured; sys.exit(code)"
    )
    run = [sys.executable, "-c", code, "archive", "verify", str(file)]
    done = subprocess.run(run, env={"PATH": "/usr/bin", "PYTHONPATH": "."}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "核验通过" in done.stdout


@settings(max_examples=24)
@given(data=st.data())
def test_no_byte_can_be_changed_unseen(data: st.DataObject, packed: bytes, tmp_path_factory: Any) -> None:
    """In the container as in any file: whatever bit falls, in a file, in the head of one or in the directory."""
    inside = st.integers(0, len(packed) - 1)
    heads = st.sampled_from(_heads(packed)).flatmap(lambda start: st.integers(start, start + 40))
    directory = st.integers(packed.rindex(b"manifest.sig.json") - 1500, len(packed) - 1)
    place = data.draw(st.one_of(inside, heads, directory))
    bit = data.draw(st.integers(0, 7))
    path = tmp_path_factory.getbasetemp() / "flipped.zip"
    path.write_bytes(packed[:place] + bytes([packed[place] ^ (1 << bit)]) + packed[place + 1 :])
    assert check(path).faults


def _heads(packed: bytes) -> list[int]:
    with zipfile.ZipFile(io.BytesIO(packed)) as source:
        return [info.header_offset for info in source.infolist()]


@pytest.mark.parametrize("end", [0, 1, 100, -1, -30])
def test_what_was_cut_off_or_added_is_found(packed: bytes, tmp_path: Path, end: int) -> None:
    path = tmp_path / "cut.zip"
    path.write_bytes(packed[:end])
    assert check(path).faults
    path.write_bytes(packed + b"\0")
    assert check(path).faults
    path.write_bytes(b"PK\0" + packed)
    assert check(path).faults


def _first(packed: bytes, role: str) -> str:
    return next(row["path"] for row in manifest(packed)["files"] if row["role"] == role)


def test_every_part_that_was_changed_taken_out_or_put_in_is_named(packed: bytes, tmp_path: Path) -> None:
    changed = [_first(packed, role) for role in ("document", "material", "form-data", "events", "seal", "note")]
    gone = [_first(packed, role) for role in ("licence", "form-reading", "case", "certificates")]

    def change(found: dict[str, bytes]) -> None:
        for part in changed:
            found[part] += b" "
        for part in gone:
            del found[part]
        found["beside.txt"] = b"x"

    found = problems(rewritten(packed, tmp_path / "x.zip", change))
    expected = {(part, "altered") for part in changed} | {(part, "missing") for part in gone}
    assert expected | {("beside.txt", "unlisted")} <= found


def _resigned(found: dict[str, bytes], change: Callable[[dict[str, Any]], None]) -> None:
    """Change the manifest as somebody would who cannot sign: the hashes right, the signature old."""
    listed = json.loads(found[package.MANIFEST])
    change(listed)
    for row in listed["files"]:
        if row["path"] in found:
            row |= {"sha256": checking.hashlib.sha256(found[row["path"]]).hexdigest(), "size": len(found[row["path"]])}
    found[package.MANIFEST] = json.dumps(listed, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def test_a_manifest_written_anew_is_found_and_so_is_what_it_hides(packed: bytes, tmp_path: Path) -> None:
    paper, events, seal = _first(packed, "document"), _first(packed, "events"), _first(packed, "seal")

    def appended(found: dict[str, bytes]) -> None:
        found[paper] += b"\n% more"
        _resigned(found, lambda listed: None)

    found = problems(rewritten(packed, tmp_path / "x.zip", appended))
    assert {(package.SIGNATURE, "manifest_signature"), (paper, "not_vouched")} <= found
    assert any(part == paper and problem.startswith("pdf_") for part, problem in found)

    def edited(found: dict[str, bytes]) -> None:
        found[events] = found[events].replace(b"2026-03", b"2026-02", 1)
        _resigned(found, lambda listed: None)

    assert (events, "chain") in problems(rewritten(packed, tmp_path / "x.zip", edited))

    def shortened(found: dict[str, bytes]) -> None:
        lines = found[events].split(b"\n")[:-2]
        found[events] = b"\n".join(lines) + b"\n"
        last = json.loads(lines[-1])
        _resigned(found, lambda listed: listed["chains"][0].update(seq=len(lines), hash=last["hash"]))

    ended = problems(rewritten(packed, tmp_path / "x.zip", shortened))
    assert ended & {(events, "not_sealed"), (events, "chain_end")}

    def unsealed(found: dict[str, bytes]) -> None:
        body = json.loads(found[seal])
        body["payload"] = body["payload"].replace("2026", "2025", 1)
        found[seal] = json.dumps(body).encode()
        _resigned(found, lambda listed: None)

    assert (seal, "seal") in problems(rewritten(packed, tmp_path / "x.zip", unsealed))

    def dropped(found: dict[str, bytes]) -> None:
        found.pop(paper)
        _resigned(found, lambda listed: listed.update(files=[r for r in listed["files"] if r["path"] != paper]))

    assert "lost" in {problem for _part, problem in problems(rewritten(packed, tmp_path / "x.zip", dropped))}


@pytest.mark.parametrize(
    "content", [b"", b"x", b"[]", b"{}", b'{"files": 1}', b'{"format":"tongban-archive","version":1}']
)
def test_a_nonsense_manifest_is_an_answer(packed: bytes, tmp_path: Path, content: bytes) -> None:
    path = rewritten(packed, tmp_path / "x.zip", lambda found: found.update({package.MANIFEST: content}))
    assert (package.MANIFEST, "manifest") in problems(path)


def test_keys_from_elsewhere_are_compared(file: Path, packed: bytes, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from tongban.gateways.seal import trial as trial_authority
    from tongban.records.signing import public_pem

    key = next(content for name, content in entries(packed).items() if name.endswith(".pub.pem"))
    root = entries(packed)[package.CERTIFICATES]
    assert check(file, Believed(key, root)).good
    other = public_pem(Ed25519PrivateKey.generate().public_key()).encode()
    assert check(file, Believed(other + key)).good
    assert {problem for _part, problem in problems(file, Believed(other))} == {"key_foreign"}
    foreign = (trial_authority.ensure(tmp_path / "ca") / trial_authority.ROOT).read_bytes()
    assert {problem for _part, problem in problems(file, Believed(b"", foreign))} == {"pdf_foreign"}


def test_every_problem_has_words_in_both_languages() -> None:
    for problem in checking.PROBLEMS:
        fault = checking.Fault("a", problem)
        assert fault.text("zh") != fault.text("en")


def test_the_command_packs_and_tells(walk: Walk, tmp_path: Path, capsys: Any) -> None:
    assert command.run(_args("make", walk.number, "--to", str(tmp_path))) == 0
    path = tmp_path / f"{walk.number}.zip"
    assert path.stat().st_mode & 0o077 == 0, "it holds personal data"
    assert [event.verb for event in records.events(f"archive:case:{walk.number}")] == ["archive"]
    capsys.readouterr()
    assert command.run(_args("verify", str(path), "--json")) == 0
    assert json.loads(capsys.readouterr().out)["case"] == walk.number
    path.write_bytes(path.read_bytes().replace(b"%PDF", b"%PDG", 1))
    assert command.run(_args("verify", str(path), "--lang", "en")) == 1
    assert "the content is not what the manifest's SHA-256 names" in capsys.readouterr().out
    assert command.run(_args("verify", str(tmp_path / "absent.zip"))) == 2
    assert command.run(_args("make", walk.number, "--to", str(tmp_path / "absent"))) == 2
    with pytest.raises(NotFound):
        command.run(_args("make", "000000-20260101-000001", "--to", str(tmp_path)))


def _args(*words: str) -> Any:
    import argparse

    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(words)


def test_only_finished_cases_are_packed_and_only_by_those_whose_post_it_is(walk: Walk) -> None:
    now = walk.now
    with pytest.raises(Forbidden):
        services.ask_archive(number=walk.number, actor=walk.by("window"), now=now)
    with pytest.raises(NotFound):
        services.ask_archive(number=walk.number, actor=walk.by("stranger"), now=now)
    other = begin(walk.hall, DAY, serial=2, premises="own")
    with pytest.raises(Refused, match="still open"):
        services.ask_archive(number=other.number, actor=walk.by("certificates"), now=now)


def test_the_worker_makes_it_once_and_only_who_asked_takes_it(walk: Walk, packed: bytes) -> None:
    clerk, now = walk.by("certificates"), walk.now
    asked = services.ask_archive(number=walk.number, actor=clerk, now=now)
    assert services.ask_archive(number=walk.number, actor=clerk, now=now).id == asked.id
    assert not asked.ready
    values = {"number": walk.number, "package_id": asked.id, "now": now}
    with pytest.raises(NotFound):
        services.archived(**values, actor=clerk)
    factories.run_tasks()
    (ready,) = services.archives(number=walk.number, actor=clerk)
    assert ready.ready
    with pytest.raises(NotFound):
        services.archived(**values, actor=walk.by("supervisor"))
    info, content = services.archived(**values, actor=clerk)
    with content:
        assert content.read() == packed
    event = records.events(f"archive:case:{walk.number}")[-1]
    assert (event.actor_id, event.facts["package"]) == (clerk.id, ready.sha256 or info.sha256)
    assert run(now=now).deleted == 0
    assert run(now=at("2027-01-01")).deleted
    assert not StoredFile.objects.filter(purpose="archive").exists()


def test_a_file_that_is_not_what_was_stored_is_told_to_who_asked(walk: Walk) -> None:
    clerk = walk.by("certificates")
    services.ask_archive(number=walk.number, actor=clerk, now=walk.now)
    StoredFile.objects.filter(purpose="document").update(sha256="0" * 64)
    factories.run_tasks()
    (failed,) = services.archives(number=walk.number, actor=clerk)
    assert "not what was stored" in str(failed.problem)
    assert services.ask_archive(number=walk.number, actor=clerk, now=walk.now).id != failed.id
    assert ArchivePackage.objects.count() == 2
