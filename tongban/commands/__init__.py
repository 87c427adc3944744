"""The ``tongban`` command: one verb per module of this package.

A verb's module holds ``HELP`` (one line), ``NEEDS_DJANGO`` (whether settings and database are wanted),
``add_arguments(parser)`` and ``run(args) -> int`` (the exit code). A dash in a verb is an underscore in its
module's name. ``HELP`` and ``NEEDS_DJANGO`` are literals, read from the source: only the verb that is asked for
is imported, after Django is set up where it is needed, so that ``tongban clock`` loads no Django.
"""

from __future__ import annotations

import argparse
import ast
import atexit
import importlib
import os
import pkgutil
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

SETTINGS_MODULE = "tongban.config.settings"
USAGE_ERROR = 2
INTERRUPTED = 130


def verbs() -> list[str]:
    """The names of all verbs, in alphabetical order."""
    found = [info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_")]
    return sorted(name.replace("_", "-") for name in found if name not in NOT_VERBS)


# Modules of this package that serve a verb instead of being one (like those that begin with an underscore).
NOT_VERBS = {"demo_data"}


def main(argv: list[str] | None = None) -> int:
    """Run one verb and return the process's exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in {"-h", "--help", "help"}:
        print(_overview())
        return 0
    verb, rest = words[0], words[1:]
    if verb == "manage":
        return _guarded(lambda: _manage(rest))
    if verb not in verbs():
        print(f"tongban: there is no verb {verb!r}.\n\n{_overview()}", file=sys.stderr)
        return USAGE_ERROR
    return _guarded(lambda: _run(verb, rest))


def _module_name(verb: str) -> str:
    return verb.replace("-", "_")


def _literal(verb: str, name: str) -> object:
    """The value that ``verb``'s module gives ``name``, without importing the module."""
    folder = Path(__path__[0]) / _module_name(verb)
    path = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                return ast.literal_eval(value)
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value) if found == name:
                return ast.literal_eval(value)
    raise LookupError(f"{path.name} gives no {name}")


def _overview() -> str:
    lines = ["Usage: tongban VERB [options]", "", "Verbs (tongban VERB --help explains one):"]
    lines += [f"  {verb:<12} {_literal(verb, 'HELP')}" for verb in verbs()]
    lines.append(f"  {'manage':<12} pass a command through to Django (tongban manage migrate)")
    return "\n".join(lines)


def _run(verb: str, rest: list[str]) -> int:
    if _literal(verb, "NEEDS_DJANGO"):
        if {"-h", "--help"} & set(rest):
            _explain_without_settings()
        set_up_django()
    module = importlib.import_module(f"{__name__}.{_module_name(verb)}")
    parser = argparse.ArgumentParser(prog=f"tongban {verb}", description=module.HELP)
    module.add_arguments(parser)
    return int(module.run(parser.parse_args(rest)))


def _explain_without_settings() -> None:
    """Asking how a verb works needs no installation: borrow the demo's defaults and a directory that vanishes."""
    folder = tempfile.mkdtemp(prefix="tongban-help-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ.update(TONGBAN_MODE="demo", TONGBAN_VAR_DIR=folder)


def set_up_django() -> None:
    """Load settings and apps; raises ``ImproperlyConfigured`` naming every missing setting."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS_MODULE)
    import django

    django.setup()


def _manage(rest: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS_MODULE)
    from django.conf import settings
    from django.core.management import execute_from_command_line

    _ = settings.INSTALLED_APPS  # read the settings here, so that a refusal is told like any other
    execute_from_command_line(["tongban manage", *rest])
    return 0


def _guarded(action: Callable[[], int]) -> int:
    """Run ``action``; an interruption ends quietly, a fault of the settings or a refusal is told in words."""
    try:
        return action()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception as error:
        if not _tellable(error):
            raise
        print("\n".join([f"tongban: {error}", *_entries(error)]), file=sys.stderr)
        return USAGE_ERROR


def _entries(error: Exception) -> list[str]:
    """The faulty entries an error names, one a line with its remedy."""
    lines = []
    for entry in getattr(error, "errors", ()):
        text = f"{entry.message} {entry.remedy}".strip()
        lines.append(f"  {entry.field}: {text % entry.params if entry.params else text}")
    return lines


def _tellable(error: Exception) -> bool:
    from tongban.core.errors import DomainError

    if isinstance(error, DomainError):
        return True
    configured = sys.modules.get("django.core.exceptions")
    return configured is not None and isinstance(error, configured.ImproperlyConfigured)
