"""Reading settings from the environment: every fault is collected, so that one start names them all.

A value may be given directly (``SECRET_KEY=…``) or, for secrets, as the path of a file that holds it
(``SECRET_KEY_FILE=/run/credentials/…``), which is how systemd hands over credentials.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from tongban.core.numbers import whole

KEY_BYTES = 32
SECRET_MIN_LENGTH = 50
TOKEN_MIN_LENGTH = 24
#: Small letters, capitals, digits, signs.
PASSWORD_CLASSES_MOST = 4


@dataclass(frozen=True)
class Problem:
    """One missing or unsafe setting: its name, what is wrong, and what to do."""

    name: str
    fault: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.name}: {self.fault}. {self.remedy}"


@dataclass
class Environment:
    """The process environment with a list of the faults found while reading it."""

    values: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def problem(self, name: str, fault: str, remedy: str) -> None:
        """Record a fault; reading goes on so that all faults are named together."""
        self.problems.append(Problem(name, fault, remedy))

    def text(self, name: str, default: str = "") -> str:
        """The value of ``name``, stripped; ``default`` when it is empty."""
        return self.values.get(name, "").strip() or default

    def required(self, name: str, remedy: str) -> str:
        """The value of ``name``, or an empty string and a recorded problem."""
        value = self.text(name)
        if not value:
            self.problem(name, "is not set", remedy)
        return value

    def optional_secret(self, name: str) -> str:
        """The value of ``name``, or the content of the file that ``name``_FILE points to, or an empty string."""
        path = self.text(f"{name}_FILE")
        if self.text(name) or not path:
            return self.text(name)
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            self.problem(f"{name}_FILE", f"cannot be read ({error})", "Name a readable file that holds the value")
            return ""

    def secret(self, name: str, remedy: str) -> str:
        """Like ``optional_secret``; an empty value is a recorded problem."""
        value = self.optional_secret(name)
        if not value and not self.text(f"{name}_FILE"):
            self.problem(name, "is not set", remedy)
        return value

    def whole_number(self, name: str, default: int, *, least: int = 0) -> int:
        """``name`` as a whole number of at least ``least``."""
        value = self.text(name, str(default))
        if (number := whole(value, least=least)) is not None:
            return number
        self.problem(name, f"{value!r} is not a whole number of {least} or more", f"Leave it out for {default}")
        return default

    def flag(self, name: str, default: bool) -> bool:
        """``name`` as yes or no: 1/0, true/false, yes/no, on/off."""
        value = self.text(name).lower()
        if not value:
            return default
        if value in {"1", "true", "yes", "on"}:
            return True
        if value not in {"0", "false", "no", "off"}:
            self.problem(name, f"{value!r} is neither yes nor no", "Write 1 or 0")
        return False

    def words(self, name: str) -> list[str]:
        """``name`` as a list separated by commas or blanks."""
        return self.text(name).replace(",", " ").split()

    def networks(self, name: str, default: str) -> list[IPv4Network | IPv6Network]:
        """``name`` as addresses and networks (``10.0.0.5``, ``10.1.0.0/16``, ``::1``)."""
        found: list[IPv4Network | IPv6Network] = []
        for word in self.text(name, default).replace(",", " ").split():
            try:
                found.append(ip_network(word))
            except ValueError:
                self.problem(name, f"{word!r} is neither an address nor a network", "Write 10.0.0.5 or 10.1.0.0/16")
        return found

    def directory(self, name: str, remedy: str) -> str:
        """``name`` as an absolute path of an existing directory this process may write to."""
        value = self.required(name, remedy)
        if value and not Path(value).is_absolute():
            self.problem(name, f"{value!r} is not an absolute path", remedy)
        elif value and not (Path(value).is_dir() and os.access(value, os.W_OK)):
            fault = f"{value!r} is not a directory this process may write to"
            self.problem(name, fault, "Create it and give it to the service's user")
        return value

    def readable(self, name: str, remedy: str) -> str:
        """``name`` as the path of a file this process may read."""
        value = self.required(name, remedy)
        if value and not (Path(value).is_file() and os.access(value, os.R_OK)):
            self.problem(name, f"{value!r} is not a file this process may read", remedy)
        return value


def decode_key(text: str) -> bytes:
    """The 32 bytes of a key written in base64; ``ValueError`` when it is anything else."""
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("is not base64") from error
    if len(key) != KEY_BYTES:
        raise ValueError(f"holds {len(key)} bytes instead of {KEY_BYTES}")
    return key


def new_key() -> str:
    """A fresh random key of 32 bytes in base64."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def parse_field_keys(text: str) -> dict[str, bytes]:
    """``id:base64,id:base64`` → keys in order; the first one encrypts, the others only decrypt."""
    keys: dict[str, bytes] = {}
    for part in text.replace("\n", ",").split(","):
        if not part.strip():
            continue
        name, colon, value = part.strip().partition(":")
        if not colon or not name:
            raise ValueError("has an entry without a key id")
        if name in keys:
            raise ValueError(f"names the key {name} twice")
        try:
            keys[name] = decode_key(value)
        except ValueError as error:
            raise ValueError(f"key {name} {error}") from error
    return keys


def kept(path: Path, make: Callable[[], str]) -> str:
    """The content of ``path``; written from ``make`` the first time, readable by the owner only.

    Several processes may start at once: whoever creates the file decides, the others read it.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(make(), encoding="utf-8")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()


def parse_database_url(url: str, *, max_age: int) -> dict[str, object]:
    """``sqlite:///path`` or ``postgres://user:password@host:port/name?option=value`` as Django's dictionary.

    Raises ``ValueError`` with the fault in words.
    """
    parts = urlsplit(url)
    if parts.scheme in {"sqlite", "sqlite3"}:
        return _sqlite(unquote(parts.path), parts.netloc, dict(parse_qsl(parts.query)))
    if parts.scheme in {"postgres", "postgresql"}:
        name = unquote(parts.path.lstrip("/"))
        if not name:
            raise ValueError("names no database")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": max_age,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                "server_side_binding": True,
                "prepare_threshold": 1,
                "connect_timeout": 5,
                # Compiling a plan takes half a second where its rows take twenty milliseconds (the work list).
                "options": "-c jit=off",
                **dict(parse_qsl(parts.query)),
            },
        }
    raise ValueError("must begin with sqlite:/// or postgres://")


def _sqlite(path: str, host: str, options: Mapping[str, str]) -> dict[str, object]:
    if host or len(path) < 2:
        raise ValueError("needs a path: sqlite:///relative/path or sqlite:////absolute/path")
    synchronous = options.get("synchronous", "full").upper()
    if synchronous not in {"FULL", "NORMAL", "OFF"} or set(options) - {"synchronous"}:
        raise ValueError("knows one option only: synchronous=full, normal or off")
    name = path[1:]
    pragmas = ("journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON", "mmap_size=134217728")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "; ".join(f"PRAGMA {pragma}" for pragma in pragmas),
        },
        "TEST": {"NAME": f"{name}.test"},
    }


def parse_mail_url(url: str) -> dict[str, object]:
    """``smtp://user:password@host:port`` (``smtps://`` for implicit TLS, ``smtp+plain://`` without any) or
    ``file:///directory`` as Django's mail settings. Raises ``ValueError`` with the fault in words.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        if len(parts.path) < 2 or parts.netloc:
            raise ValueError("needs an absolute directory: file:///var/lib/tongban/mail")
        return {"MAIL_FILE_DIR": unquote(parts.path)}
    if parts.scheme not in {"smtp", "smtps", "smtp+plain"}:
        raise ValueError("must begin with smtp://, smtps://, smtp+plain:// or file:///")
    if not parts.hostname:
        raise ValueError("names no host")
    return {
        "MAIL_FILE_DIR": "",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or {"smtps": 465, "smtp": 587}.get(parts.scheme, 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp",
    }


def parse_sms_url(url: str) -> tuple[str, str]:
    """(directory, address of the gateway) of ``file:///directory`` or ``https://host/path``; both empty for nothing.

    Plain ``http`` is taken for this machine alone, where a relay may listen. Raises ``ValueError`` with the fault.
    """
    if not url:
        return "", ""
    parts = urlsplit(url)
    if parts.scheme == "file":
        if len(parts.path) < 2 or not parts.path.startswith("/") or parts.netloc:
            raise ValueError("needs an absolute directory: file:///var/lib/tongban/sms")
        return unquote(parts.path), ""
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must begin with https:// or file:///")
    if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise ValueError("would carry phone numbers in clear: only https leaves this machine")
    return "", url
