"""What was installed: mode, transport, keys, certificate, static files, translations, fonts."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

from tongban.core.errors import gettext_noop
from tongban.documents import queries as documents
from tongban.documents.typesetting import FontMissing, check_fonts
from tongban.gateways.seal import SealUnusable
from tongban.operations.outcome import Result, bad, poor, well

HALF_A_YEAR = 180 * 86400
CERTIFICATE_WARNING = timedelta(days=30)
ENVIRONMENT_FILE = Path("/etc/tongban/tongban.env")


def mode(now: datetime) -> Iterator[Result]:
    """Production or a trial."""
    if settings.DEMO:
        yield poor(
            "mode",
            gettext_noop("This is a demo: invented people, a test seal, no encryption of the transport."),
            gettext_noop("For a site set TONGBAN_MODE=production; `tongban settings new` prints the settings."),
        )
    else:
        yield well("mode", gettext_noop("Production mode, program %(release)s."), release=settings.RELEASE)


def transport(now: datetime) -> Iterator[Result]:
    """https, HSTS, cookies, and the site's own name."""
    if settings.DEMO:
        return
    if settings.SECURE_HSTS_SECONDS < HALF_A_YEAR:
        yield poor(
            "transport",
            gettext_noop("Browsers insist on https for %(days)s days only (HSTS_SECONDS)."),
            gettext_noop("Leave HSTS_SECONDS out for a year, once the certificate is renewed without hands."),
            days=settings.SECURE_HSTS_SECONDS // 86400,
        )
    host = urlsplit(settings.PUBLIC_BASE_URL).hostname or ""
    if not any(host == name or (name.startswith(".") and host.endswith(name)) for name in settings.ALLOWED_HOSTS):
        yield bad(
            "transport",
            gettext_noop("%(host)s of PUBLIC_BASE_URL is not in ALLOWED_HOSTS: addresses on documents lead nowhere."),
            gettext_noop("Write the same host name into both."),
            host=host,
        )
    if not (settings.SECURE_SSL_REDIRECT and settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE):
        yield bad(
            "transport",
            gettext_noop("Pages or cookies may go without encryption."),
            gettext_noop("Start with TONGBAN_MODE=production and no other settings module."),
        )
    if settings.SECURE_HSTS_SECONDS >= HALF_A_YEAR:
        yield well("transport", gettext_noop("https only, for %(host)s."), host=host)


def key_files(now: datetime) -> Iterator[Result]:
    """Nobody but the service may read a key."""
    named = [settings.SEAL_KEY_FILE, settings.SIGNING_KEY_FILE, ENVIRONMENT_FILE]
    named += [path for name, path in os.environ.items() if name in _SECRET_FILES]
    sound = True
    for path in sorted({Path(str(item)) for item in named if item and Path(str(item)).is_file()}):
        allowed = 0o640 if path == ENVIRONMENT_FILE else 0o600
        found = stat.S_IMODE(path.stat().st_mode)
        if found & ~allowed:
            sound = False
            yield bad(
                "keys",
                gettext_noop("%(path)s has mode %(mode)s: others may read or change it."),
                gettext_noop("chmod %(allowed)s %(path)s, and take a new key if strangers had access to the machine."),
                path=path,
                mode=f"{found:o}",
                allowed=f"{allowed:o}",
            )
    if not Path(settings.SEAL_KEY_FILE).is_file():
        sound = False
        yield poor(
            "keys",
            gettext_noop("There is no key for the seals yet."),
            gettext_noop("openssl genpkey -algorithm ed25519 -out %(path)s, owned by the service, mode 600."),
            path=settings.SEAL_KEY_FILE,
        )
    if sound:
        yield well("keys", gettext_noop("Keys can be read by the service only."))


_SECRET_FILES = frozenset(
    f"{name}_FILE" for name in ("SECRET_KEY", "FIELD_KEYS", "INDEX_KEY", "DATABASE_URL", "MAIL_URL", "METRICS_TOKEN")
)


def seal_certificate(now: datetime) -> Iterator[Result]:
    """The electronic seals can be used, and until when their certificates are valid."""
    try:
        found = documents.seal_certificate_ends()
    except SealUnusable as error:
        yield bad(
            "seal-certificate",
            gettext_noop("The electronic seals cannot be used: %(why)s."),
            gettext_noop("Mend what SEALS_URL or SIGNING_KEY_FILE names; docs/operations.md describes both."),
            why=str(error),
        )
        return
    if not found:
        yield well("seal-certificate", gettext_noop("The electronic seals are kept by the platform of SEALS_URL."))
    for name, ends in found:
        yield _certificate(name or "*", ends, now)


def _certificate(seal: str, ends: datetime, now: datetime) -> Result:
    remedy = gettext_noop("Order a new certificate and put it in its place; documents signed before stay valid.")
    about = {"seal": seal, "day": ends.date()}
    if ends <= now:
        message = gettext_noop("The electronic seal's certificate ended on %(day)s (%(seal)s).")
        return bad("seal-certificate", message, remedy, **about)
    if ends - now < CERTIFICATE_WARNING:
        message = gettext_noop("The electronic seal's certificate ends on %(day)s (%(seal)s).")
        return poor("seal-certificate", message, remedy, **about)
    message = gettext_noop("The electronic seal's certificate is valid until %(day)s (%(seal)s).")
    return well("seal-certificate", message, **about)


def static_files(now: datetime) -> Iterator[Result]:
    """Style sheets and scripts were collected after the last upgrade."""
    if settings.DEMO:
        return
    remedy = gettext_noop("tongban manage collectstatic --noinput, then restart the web server.")
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not manifest.is_file():
        yield bad("static", gettext_noop("Static files are not collected."), remedy)
        return
    collected = set(json.loads(manifest.read_text(encoding="utf-8"))["paths"])
    present = {path.replace(os.sep, "/") for finder in get_finders() for path, _ in finder.list([])}
    if lacking := sorted(present - collected):
        text = gettext_noop("%(count)d static files of this program are not collected, such as %(name)s.")
        yield bad("static", text, remedy, count=len(lacking), name=lacking[0])
    else:
        yield well("static", gettext_noop("%(count)d static files are collected."), count=len(collected))


def translations(now: datetime) -> Iterator[Result]:
    """Texts in Chinese were compiled after the last upgrade."""
    catalogues = list((Path(settings.BASE_DIR) / "tongban").glob("**/LC_MESSAGES/*.po"))
    stale = [po for po in catalogues if not (mo := po.with_suffix(".mo")).exists() or _age(mo) < _age(po)]
    if stale:
        yield bad(
            "translations",
            gettext_noop("%(count)d translations are not compiled: pages would be half English."),
            gettext_noop("tongban messages, as the owner of the program; then restart the web server."),
            count=len(stale),
        )
    else:
        yield well("translations", gettext_noop("Translations are compiled."))


def _age(path: Path) -> float:
    return path.stat().st_mtime


def fonts(now: datetime) -> Iterator[Result]:
    """Official documents can be typeset."""
    try:
        check_fonts()
    except FontMissing as error:
        yield bad(
            "fonts",
            gettext_noop("Official documents cannot be typeset: %(why)s."),
            gettext_noop("apt-get install fonts-noto-cjk, or name the fonts' directory in FONT_PATHS."),
            why=str(error).partition(".")[0],
        )
    else:
        yield well("fonts", gettext_noop("The fonts of official documents are there."))
