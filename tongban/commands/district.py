"""``tongban district``: load organisations, posts and officers from a file, give an officer a new password."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from tongban.core.actors import Actor
from tongban.core.administrators import AdminRole

HELP = "load a district's organisations, posts and officers; new passwords; the first administrators"
NEEDS_DJANGO = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``load FILE``, ``template``, ``admin ROLE USERNAME NAME`` and ``password USERNAME``."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    load = verbs.add_parser("load", help="make the district what FILE (YAML) says; a second load changes nothing")
    load.add_argument("file", type=Path)
    verbs.add_parser("template", help="print a file to fill in, with the organisations the bundled items name")
    admin = verbs.add_parser("admin", help="make the first system, security and audit administrators (one role each)")
    admin.add_argument("role", choices=[str(role) for role in AdminRole])
    admin.add_argument("username")
    admin.add_argument("name")
    password = verbs.add_parser("password", help="give an officer a fresh random password")
    password.add_argument("username")


def run(args: argparse.Namespace) -> int:
    """Run the sub-verb; faults of a file are told with their places and exit code 2."""
    return {"load": _load, "template": _template, "admin": _admin, "password": _password}[args.verb](args)


def _load(args: argparse.Namespace) -> int:
    import yaml
    from django.utils import timezone

    from tongban.accounts.district import load_district
    from tongban.core.errors import DomainError

    try:
        data = yaml.safe_load(args.file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DomainError("%(file)s cannot be read: %(error)s", params={"file": args.file, "error": error}) from error
    report = load_district(data=data, actor=_operator(), now=timezone.now())
    for word, rows in (("created", report.created), ("changed", report.changed)):
        print(f"{word}: {len(rows)}" + "".join(f"\n  {row}" for row in rows))
    if report.passwords:
        print("\nFirst passwords, shown this once; hand each to its officer on a safe way:")
        print("\n".join(f"  {username}  {password}" for username, password in report.passwords.items()))
    return 0


def _template(args: argparse.Namespace) -> int:
    from importlib import resources

    sys.stdout.write(resources.files("tongban.accounts").joinpath("data/organisations.yaml").read_text("utf-8"))
    sys.stdout.write(STAFF_EXAMPLE)
    return 0


STAFF_EXAMPLE = """\
# One entry an officer. Duties: window, reviewer, inspector, decision_maker, agency_head, government_head,
# certificate_clerk, supervisor, catalogue_manager, operator. Acceptance and decision need different people.
staff:
  - username: window1
    name: 姓名
    email: window1@hall.example
    posts:
      - key: approval_bureau.window
        name: 综合受理岗
        organisation: approval_bureau
        duties: [window]
        since: 2026-01-01    # until: 2026-12-31 when the officer leaves the post
"""


def _password(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from tongban.accounts.district import new_password

    print(new_password(username=args.username, actor=_operator(), now=timezone.now()))
    return 0


def _admin(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from tongban.accounts.services import install_administrator

    password = install_administrator(
        username=args.username, name=args.name, role=args.role, actor=_operator(), now=timezone.now()
    )
    if password:
        print(f"first password, shown this once: {password}")
    else:
        print(f"{args.username} has this role already")
    return 0


def _operator() -> Actor:
    return Actor(kind="system", id=f"operator:{getpass.getuser()}")
