"""Verification: recompute every chain, compare it with every seal, then let the rooms compare their rows."""

from __future__ import annotations

import base64
import binascii
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from tongban.core.numbers import whole
from tongban.records import signing
from tongban.records.canonical import digest, instant
from tongban.records.models import Event, Seal, SealedHead, VoidedNumber
from tongban.records.queries.files import broken_files
from tongban.records.services.seals import export_path, export_text
from tongban.records.values import ZERO_HASH, Finding, Head, SealView

BATCH = 2000
SEALS = "seals"

_Row = tuple[Any, ...]
#: What the seals say: chain → event number → (hash, seal number).
_Sealed = dict[str, dict[int, tuple[str, int]]]
_COLUMNS = ("chain", "seq", "verb", "actor_id", "actor_name", "at", "legal_date", "body", "prev_hash", "hash")


def verify(progress: Callable[[int], object] | None = None) -> Iterator[Finding]:
    """Everything that does not add up, the first broken link of each chain only.

    Streams: events are read in order of chain and number, never all at once. ``progress`` is told how many events
    were read. The functions named in ``AUDIT_FOLDERS`` (each ``() -> Iterator[Finding]``) then compare the rooms' rows
    with the events.
    """
    sealed: _Sealed = defaultdict(dict)
    yield from _verify_seals(sealed)
    yield from _verify_chains(sealed, progress)
    for chain in sorted(sealed):
        seq, (_, number) = max(sealed[chain].items())
        yield Finding(chain, seq, "missing_chain", f"seal {number} holds {seq} events of this chain; all are gone")
    yield from _verify_voided()
    yield from broken_files()
    for name in settings.AUDIT_FOLDERS:
        yield from _compare_rows(name)


def _compare_rows(name: str) -> Iterator[Finding]:
    """One room's comparison; if it cannot go on, that is a finding, and the others still run."""
    try:
        yield from import_string(name)()
    except Exception as error:
        yield Finding(name, 0, "comparison_stopped", f"{type(error).__name__}: {error}")


def verify_chain(chain: str) -> Finding | None:
    """The first broken link of one chain, or None. Seals and rooms' rows are left to :func:`verify`."""
    rows = Event.objects.filter(chain=chain).order_by("seq").values_list(*_COLUMNS, "algorithm")
    return _verify_chain(chain, iter(rows), {})[0]


def seals(limit: int = 20) -> list[SealView]:
    """The latest seals, newest first."""
    return [
        SealView(row.number, row.at, row.chains, row.hash, row.signature, row.key_id, export_path(row.number).name)
        for row in Seal.objects.order_by("-number")[:limit]
    ]


def sealed_heads(chains: Iterable[str]) -> dict[str, tuple[int, int]]:
    """What the last seals hold of these chains: chain → (event number, seal number)."""
    rows = SealedHead.objects.filter(chain__in=list(chains)).values_list("chain", "seq", "seal_number")
    return {chain: (seq, number) for chain, seq, number in rows}


def seal_text(number: int) -> tuple[str, str]:
    """The published text of a seal, and the id of the key that signed it."""
    row = Seal.objects.get(number=number)
    return export_text(row.payload, row.signature), row.key_id


def current_seal_key() -> str:
    """The id of the key that seals are signed with now. Raises ImproperlyConfigured where there is none."""
    return signing.key_id(signing.load_key().public_key())


def seal_key(key_id: str) -> str:
    """The public key called ``key_id`` as PEM. Raises KeyError for one that does not stand beside SEAL_KEY_FILE."""
    return signing.public_pem(signing.public_keys()[key_id])


def _verify_seals(sealed: _Sealed) -> Iterator[Finding]:
    keys = signing.public_keys()
    previous, expected = ZERO_HASH, 1
    for seal in Seal.objects.order_by("number").iterator(chunk_size=50):
        if seal.number != expected:
            yield Finding(SEALS, expected, "seal_missing", f"seal {expected} is missing")
        problem = _seal_problem(seal, previous if seal.number == expected else None, keys)
        if problem:
            yield Finding(SEALS, seal.number, *problem)
        yield from _verify_export(seal)
        previous, expected = seal.hash, seal.number + 1
        if problem is None or problem[0] == "seal_order":
            for chain, seq, hash_ in json.loads(seal.payload)["heads"]:
                sealed[chain][seq] = (hash_, seal.number)
    yield from _exports_without_row(expected)


def _seal_problem(seal: Seal, previous: str | None, keys: dict[str, Any]) -> tuple[str, str] | None:
    number = seal.number
    if digest(seal.payload) != seal.hash:
        return "seal_altered", f"seal {number}: its text is not what was hashed"
    key = keys.get(seal.key_id)
    if key is None:
        return "seal_key_unknown", f"seal {number} names key {seal.key_id}; no such public key beside SEAL_KEY_FILE"
    if not signing.is_signed(key, _signature(seal), seal.payload):
        return "seal_signature", f"seal {number}: the signature does not fit its text"
    body = json.loads(seal.payload)
    if (body["number"], body["at"], body["key"]) != (number, instant(seal.at), seal.key_id):
        return "seal_altered", f"seal {number}: its columns differ from the signed text"
    if previous is not None and body["previous"] != previous:
        return "seal_order", f"seal {number} does not follow the seal before it"
    return None


def _signature(seal: Seal) -> bytes:
    try:
        return base64.b64decode(seal.signature, validate=True)
    except binascii.Error:
        return b""


def _verify_export(seal: Seal) -> Iterator[Finding]:
    path = export_path(seal.number)
    if not path.exists():
        yield Finding(SEALS, seal.number, "seal_file_missing", f"the exported file {path.name} is missing")
    elif path.read_bytes() != export_text(seal.payload, seal.signature).encode():
        yield Finding(SEALS, seal.number, "seal_file_altered", f"{path.name} differs from seal {seal.number}")


def _exports_without_row(expected: int) -> Iterator[Finding]:
    """Seals cut off at the end of the table still exist as files."""
    for path in sorted(export_path(0).parent.glob("seal-*.json")):
        number = whole(path.stem.removeprefix("seal-"), least=expected)
        if number is not None:
            yield Finding(SEALS, number, "seal_missing", f"{path.name} was exported and its seal is gone")


def _verify_chains(sealed: _Sealed, progress: Callable[[int], object] | None) -> Iterator[Finding]:
    rows = Event.objects.order_by("chain", "seq").values_list(*_COLUMNS, "algorithm").iterator(chunk_size=BATCH)
    for chain, group in groupby(rows, key=lambda row: row[0]):
        first, count = _verify_chain(str(chain), group, sealed.pop(chain, {}))
        if first:
            yield first
        if progress is not None:
            progress(count)


def _verify_chain(chain: str, rows: Iterator[_Row], sealed: dict[int, tuple[str, int]]) -> tuple[Finding | None, int]:
    """The first broken link of one chain, and how many events it has."""
    head, first, count = Head.ZERO, None, 0
    for row in rows:
        count += 1
        if first is None:
            first = _link_problem(row, head) or _seal_mismatch(row, sealed)
        head = Head(row[1], row[9])
    beyond = [seq for seq in sealed if seq > head.seq]
    if first is None and beyond:
        number = sealed[max(beyond)][1]
        first = Finding(
            chain,
            head.seq + 1,
            "truncated",
            f"seal {number} holds events up to {max(beyond)}; the chain ends at {head.seq}",
        )
    return first, count


def _link_problem(row: _Row, head: Head) -> Finding | None:
    chain, seq, body_text, hash_ = row[0], row[1], row[7], row[9]
    if seq != head.seq + 1:
        return Finding(chain, head.seq + 1, "deleted", f"event {head.seq + 1} is missing (the next one is {seq})")
    if digest(body_text) != hash_:
        return Finding(chain, seq, "altered", f"event {seq}: its text is not what was hashed")
    try:
        body = json.loads(body_text)
        return _body_problem(row, head, body)
    except (ValueError, KeyError, TypeError):
        return Finding(chain, seq, "altered", f"event {seq}: its text is not a record of this system")


def _body_problem(row: _Row, head: Head, body: dict[str, Any]) -> Finding | None:
    chain, seq, prev = row[0], row[1], row[8]
    if body["chain"] != chain:
        return Finding(chain, seq, "inserted", f"event {seq} belongs to chain {body['chain']}")
    if body["seq"] != seq:
        return Finding(chain, seq, "reordered", f"event {seq} was recorded as event {body['seq']}")
    if body["prev"] != head.hash or prev != head.hash:
        return Finding(chain, seq, "inserted", f"event {seq} does not follow event {head.seq} as it stands")
    return _column_problem(row, body)


def _column_problem(row: _Row, body: dict[str, Any]) -> Finding | None:
    chain, seq, verb, actor_id, actor_name, at, legal_date = row[:7]
    actor = body["actor"]
    recorded = (body["verb"], actor["id"], actor["name"], body["at"], body["legal_date"], body["algorithm"])
    if recorded != (verb, actor_id, actor_name, instant(at), legal_date.isoformat(), row[10]):
        return Finding(chain, seq, "altered", f"event {seq}: its columns differ from the hashed text")
    return None


def _seal_mismatch(row: _Row, sealed: dict[int, tuple[str, int]]) -> Finding | None:
    chain, seq, hash_ = row[0], row[1], row[9]
    expected = sealed.get(seq)
    if expected and expected[0] != hash_:
        return Finding(
            chain,
            seq,
            "rewritten",
            f"event {seq} or one before it was rewritten: seal {expected[1]} holds another hash",
        )
    return None


def _void_row_exists(scope: str, value: int, reason: str) -> bool:
    """Looked up again, for a number voided while the verification ran."""
    return VoidedNumber.objects.filter(scope=scope, value=value, reason=reason).exists()


def _verify_voided() -> Iterator[Finding]:
    """Voided numbers and the events that recorded them are the same."""
    rows = set(VoidedNumber.objects.values_list("scope", "value", "reason"))
    for chain, text in Event.objects.filter(verb="void_number").values_list("chain", "body"):
        facts = json.loads(text)["facts"]
        key = (chain.removeprefix("numbers:"), facts["value"], facts["reason"])
        if key not in rows and not _void_row_exists(*key):
            yield Finding(
                chain, facts["value"], "row_altered", f"voided number {facts['value']}: its row differs or is gone"
            )
        rows.discard(key)
    for scope, value, _ in sorted(rows):
        yield Finding(f"numbers:{scope}", value, "row_altered", f"voided number {value} has no event")
