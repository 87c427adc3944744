"""A copy of everything a site needs to go on: database, stored files, seals. The keys are kept apart.

A backup is a folder: ``database.*`` (one consistent snapshot), ``files/``, ``seals/``, ``public-keys/``,
``contents.tsv`` (path, size and SHA-256 of everything) and, written last, ``manifest.json``. A folder without its
manifest is an interrupted backup: made again it goes on, and it is never restored.
"""

from tongban.operations.backup.making import BackupReport, make, make_dated, write_keys
from tongban.operations.backup.manifest import Manifest, check, latest, read
from tongban.operations.backup.restoring import RestoreReport, restore

__all__ = [
    "BackupReport",
    "Manifest",
    "RestoreReport",
    "check",
    "latest",
    "make",
    "make_dated",
    "read",
    "restore",
    "write_keys",
]
