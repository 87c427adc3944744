"""``tongban settings``: a complete environment file for a new installation, and a check of the present one."""

from __future__ import annotations

import argparse
import secrets
import sys

HELP = "print a fresh environment file (new), or check the present one (check)"
NEEDS_DJANGO = False

TEMPLATE = """\
# Settings of Tongban, read by the systemd units and by the tongban command. Keep this file readable by
# root and the service's group only, and keep a copy of it apart from the database's backups: without
# FIELD_KEYS and INDEX_KEY a backup cannot be read. docs/operations.md explains every line.
TONGBAN_MODE=production
ALLOWED_HOSTS={host}
PUBLIC_BASE_URL=https://{host}
AUTHORITY_NAME={name}
DATABASE_URL={database}
MAIL_URL=smtp://USER:PASSWORD@MAIL-HOST:587
MAIL_FROM=no-reply@{host}
MEDIA_ROOT={state}/files
SEAL_EXPORT_DIR={state}/seals
# mkdir -m 700 {state}/keys && openssl genpkey -algorithm ed25519 -out {state}/keys/seal.pem
SEAL_KEY_FILE={state}/keys/seal.pem
# The signing key and certificate that the certification authority issued for the authority's seal (PEM).
SIGNING_KEY_FILE={state}/keys/signing-key.pem
SIGNING_CERT_FILE={state}/keys/signing-cert.pem
STATIC_ROOT={state}/static
# Backups of tongban-backup.timer: on another disk.
BACKUP_DIR=/var/backups/tongban
SECRET_KEY={secret_key}
FIELD_KEYS=k1:{field_key}
INDEX_KEY={index_key}
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``new`` with the few values it can be told, ``check`` without any."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    new = verbs.add_parser("new", help="print an environment file with fresh secrets")
    new.add_argument("--host", default="HOST-NAME", help="the site's host name")
    new.add_argument("--name", default="DISTRICT-NAME", help="the district's name as the masthead shows it")
    new.add_argument("--database", default="postgres://tongban@/tongban?host=/var/run/postgresql", help="DATABASE_URL")
    new.add_argument("--state", default="/var/lib/tongban", help="the directory for files, seals and keys")
    verbs.add_parser("check", help="name every missing or unsafe setting; exit code 2 if there is one")


def run(args: argparse.Namespace) -> int:
    """Print the file, or the outcome of the check."""
    if args.verb == "new":
        sys.stdout.write(fresh(host=args.host, name=args.name, database=args.database, state=args.state))
        return 0
    from tongban.commands import set_up_django

    set_up_django()
    print("The settings are complete.")
    return 0


def fresh(*, host: str, name: str, database: str, state: str) -> str:
    """An environment file with newly made secrets."""
    from tongban.config import environment

    return TEMPLATE.format(
        host=host,
        name=name,
        database=database,
        state=state,
        secret_key=secrets.token_urlsafe(64),
        field_key=environment.new_key(),
        index_key=environment.new_key(),
    )
