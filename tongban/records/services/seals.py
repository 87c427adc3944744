"""Seals: signed lists of chain heads, exported so that a copy exists outside the database."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from tongban.records import signing
from tongban.records.canonical import canonical, digest, instant
from tongban.records.disk import write_whole
from tongban.records.models import Event, Seal, SealedHead
from tongban.records.values import ZERO_HASH, Head, SealView

BATCH = 1000
GAP_LIFE = timedelta(hours=24)
MAX_GAPS = 10_000
RECENT = 50

_Gaps = list[tuple[int, str]]


def take_seal(now: datetime, *, full: bool = False) -> SealView | None:
    """Seal every chain that moved since the last seal and export the file; None when nothing moved.

    Events are read in one statement, hence one snapshot. A transaction that took its event id before that snapshot
    and commits after it is not lost: its id shows as a gap, and the next seal reads the gaps again (a gap is given
    up after 24 hours; no verb runs that long). ``full`` ignores the bookkeeping and compares the heads of all chains,
    as the nightly run does. Two seals at once: the second finds the number taken and leaves the work to the first.
    """
    key = signing.load_key()
    export_missing()
    last = Seal.objects.order_by("-number").first()
    moved, watermark, gaps = _moved(last, now, full=full)
    moved = _unsealed(moved)
    if not moved:
        return None
    payload = canonical(
        {
            "algorithm": signing.ALGORITHM,
            "at": instant(now),
            "heads": [[chain, head.seq, head.hash] for chain, head in sorted(moved.items())],
            "key": signing.key_id(key.public_key()),
            "number": last.number + 1 if last else 1,
            "previous": last.hash if last else ZERO_HASH,
        }
    )
    seal = Seal(
        number=last.number + 1 if last else 1,
        at=now,
        payload=payload,
        hash=digest(payload),
        signature=base64.b64encode(key.sign(payload.encode())).decode(),
        key_id=signing.key_id(key.public_key()),
        chains=len(moved),
        watermark=watermark,
        gaps=json.dumps(gaps),
    )
    try:
        with transaction.atomic():
            seal.save(force_insert=True)
            _remember(moved, seal.number)
    except IntegrityError:
        return None
    transaction.on_commit(export_missing)
    return SealView(
        seal.number, seal.at, seal.chains, seal.hash, seal.signature, seal.key_id, str(export_path(seal.number))
    )


def sign_package(text: str) -> tuple[str, str]:
    """Sign what leaves the system for an archive with the key of the seals: (key id, signature in base64)."""
    return signing.sign(text)


def export_path(number: int) -> Path:
    """Where the file of seal ``number`` stands: SEAL_EXPORT_DIR/seal-00000001.json."""
    return Path(settings.SEAL_EXPORT_DIR) / f"seal-{number:08d}.json"


def export_text(payload: str, signature: str) -> str:
    """The exported file: the signed text as it is, and the signature."""
    return json.dumps({"payload": payload, "signature": signature}, ensure_ascii=False, indent=1) + "\n"


def export_missing() -> None:
    """Write the files of recent seals that have none, for example after a crash between commit and export."""
    for seal in Seal.objects.order_by("-number")[:RECENT]:
        path = export_path(seal.number)
        if not path.exists():
            write_whole(path, [export_text(seal.payload, seal.signature).encode()])


def _moved(last: Seal | None, now: datetime, *, full: bool) -> tuple[dict[str, Head], int, _Gaps]:
    """Heads of all chains with events not read before, the highest id read, and the ids missing below it."""
    watermark = last.watermark if last else 0
    waiting = _live_gaps(last, now)
    heads: dict[str, Head] = {}
    seen: set[int] = set()
    fresh: _Gaps = []
    since = instant(now)
    for pk, chain, seq, hash_ in _new_events(0 if full else watermark, [pk for pk, _ in waiting]):
        if chain not in heads or heads[chain].seq < seq:
            heads[chain] = Head(seq, hash_)
        if pk > watermark:
            fresh.extend((missing, since) for missing in range(max(watermark + 1, pk - MAX_GAPS), pk))
            watermark = pk
        else:
            seen.add(pk)
    gaps = [gap for gap in waiting if gap[0] not in seen] + fresh
    return heads, watermark, gaps[-MAX_GAPS:]


def _live_gaps(last: Seal | None, now: datetime) -> _Gaps:
    if last is None:
        return []
    oldest = instant(now - GAP_LIFE)
    return [(pk, since) for pk, since in json.loads(last.gaps) if since >= oldest]


def _new_events(watermark: int, gaps: list[int]) -> Iterator[tuple[int, str, int, str]]:
    found: QuerySet[Event] = Event.objects.filter(Q(pk__gt=watermark) | Q(pk__in=gaps))
    rows: Iterator[tuple[int, str, int, str]] = (
        found.order_by("pk").values_list("pk", "chain", "seq", "hash").iterator(chunk_size=BATCH)
    )
    return rows


def _unsealed(heads: dict[str, Head]) -> dict[str, Head]:
    """Leave out heads that a seal covers already."""
    out: dict[str, Head] = {}
    names = list(heads)
    for start in range(0, len(names), BATCH):
        part = names[start : start + BATCH]
        sealed = dict(SealedHead.objects.filter(chain__in=part).values_list("chain", "seq"))
        out.update({chain: heads[chain] for chain in part if heads[chain].seq > sealed.get(chain, 0)})
    return out


def _remember(heads: dict[str, Head], number: int) -> None:
    SealedHead.objects.bulk_create(
        [SealedHead(chain=chain, seq=head.seq, hash=head.hash, seal_number=number) for chain, head in heads.items()],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["chain"],
        update_fields=["seq", "hash", "seal_number"],
    )
