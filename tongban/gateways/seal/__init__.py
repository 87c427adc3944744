"""Electronic seals 电子印章 of the authorities, on documents and licences.

``SEALS_URL`` chooses who keeps them: ``file:///etc/tongban/seals`` (keys on this machine, :mod:`.folder`), an ``https``
address (a seal platform that signs digests, :mod:`.platform`), or nothing: then the installation's one key
(``SIGNING_KEY_FILE``) seals for every authority and no picture is printed. Where there is no key at all, in a
demonstration, every authority has a trial seal (:mod:`.trial`).
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from tongban.gateways.seal import folder, own, platform, trial
from tongban.gateways.seal.values import Seal, SealUnusable, certificates

__all__ = ["Seal", "SealUnusable", "all_seals", "certificates", "check_address", "is_trial", "seal_for", "trusted"]


def seal_for(authority: str, kind: str, name: str = "") -> Seal:
    """The seal of ``authority`` (key; ``name`` as people read it) for documents of ``kind``.

    Licences have the kind ``licence``. Raises :class:`SealUnusable` where there is none that could seal now.
    """
    address = _address()
    if address.scheme == "file":
        return folder.seal(Path(address.path), authority, kind)
    if address.scheme:
        return platform.seal(_access(), authority, kind)
    if settings.SIGNING_KEY_FILE:
        return _own()
    return trial.seal(_trial_folder(), authority, name)


def all_seals() -> list[Seal]:
    """The seals that this machine can list; a platform's are its own matter and not among them."""
    address = _address()
    if address.scheme == "file":
        return folder.every(Path(address.path))
    if address.scheme:
        return []
    return [_own() if settings.SIGNING_KEY_FILE else trial.seal(_trial_folder(), "", "")]


def trusted() -> list[bytes]:
    """Chains of certificates (PEM, the root last) by which this installation's seals are verified.

    The installation's own key stays believed when seals move to a folder or platform.
    """
    address = _address()
    found: list[bytes] = []
    if address.scheme == "file":
        found += folder.trusted(Path(address.path))
    elif address.scheme:
        found += platform.trusted(_access())
    if settings.SIGNING_KEY_FILE:
        found.append(_own().chain)
    elif not address.scheme:
        found += trial.trusted(_trial_folder())
    return found


def is_trial() -> bool:
    """Whether what is sealed here is worth nothing and must say so."""
    return not settings.SEALS_URL and not settings.SIGNING_KEY_FILE


def check_address(url: str) -> None:
    """Raises ValueError for a ``SEALS_URL`` that cannot be meant."""
    address = urlsplit(url)
    here = address.scheme == "http" and address.hostname in ("127.0.0.1", "localhost", "::1")
    if address.scheme == "file" and address.path.startswith("/") and not address.netloc:
        return
    if not (address.scheme == "https" and address.hostname) and not here:
        raise ValueError("is neither a folder (file:///…) nor an https address")


def _address() -> SplitResult:
    return urlsplit(settings.SEALS_URL)


def _access() -> platform.Access:
    return platform.Access(settings.SEALS_URL, settings.SEALS_KEY_ID, settings.SEALS_SECRET, settings.SEALS_ROOTS_FILE)


def _own() -> Seal:
    return own.seal(settings.SIGNING_KEY_FILE, settings.SIGNING_CERT_FILE, settings.SIGNING_KEY_PASSWORD)


def _trial_folder() -> Path:
    if not settings.TEST_CA_DIR:
        raise SealUnusable(
            "documents cannot be sealed: name seals in SEALS_URL, or the key and certificate in SIGNING_KEY_FILE and "
            "SIGNING_CERT_FILE (PEM), or a PKCS #12 file in SIGNING_KEY_FILE with SIGNING_KEY_PASSWORD"
        )
    return Path(settings.TEST_CA_DIR)
