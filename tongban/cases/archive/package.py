"""The form of an archive package: a ZIP whose bytes follow from its contents alone.

Entries stand in the order of the manifest, uncompressed, without times; the manifest and its signature come last. So
the same case gives the same bytes, and a verifier can write the container again and compare.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from typing import IO

FORMAT, VERSION = "tongban-archive", 1
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig.json"
CERTIFICATES = "verification/certificates.pem"
#: Bytes of a package that is read at all: a case's files are limited to a fraction of it.
MOST_BYTES = 4 << 30
_EPOCH = (1980, 1, 1, 0, 0, 0)


def key_path(key_id: str) -> str:
    """Where the public key of the seals stands."""
    return f"verification/seal-{key_id}.pub.pem"


def write(out: IO[bytes], entries: Iterable[tuple[str, bytes]]) -> None:
    """Write ``entries`` (path and content) as a package. ``out`` can be searched."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for path, content in entries:
            info = zipfile.ZipInfo(path, _EPOCH)
            info.create_system, info.external_attr = 3, 0o644 << 16
            target.writestr(info, content, zipfile.ZIP_STORED)
