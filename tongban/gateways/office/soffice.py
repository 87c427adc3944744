"""LibreOffice without a window: one file in, one PDF out, in a folder that goes with the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from importlib import resources
from pathlib import Path

#: Seconds a conversion may take, and seconds of processor time: a hundred pages of text take about three.
WHOLE, PROCESSOR = 90.0, 120
#: Bytes of address space and of one written file. LibreOffice itself maps about 600 MB.
MEMORY, FILE_SIZE = 3 * 1024**3, 200 * 1024**2
_CONFINE = Path(__file__).with_name("confine.py")
_FILTERS = {
    "docx": "writer_pdf_Export",
    "odt": "writer_pdf_Export",
    "xlsx": "calc_pdf_Export",
    "ods": "calc_pdf_Export",
}


class ConversionFailed(Exception):
    """No PDF came out. ``reason`` is unavailable, timeout, crashed or unreadable; the text is for the log."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


def to_pdf(program: str, content: bytes, extension: str) -> bytes:
    """Convert within the limits; nothing is left behind. Raises :class:`ConversionFailed`."""
    with tempfile.TemporaryDirectory(prefix="tongban-office-") as folder:
        place = Path(folder)
        source = place / f"in.{extension}"
        source.write_bytes(content)
        _settings(place / "profile")
        code = _run(_command(program, place, source, extension), place)
        made = place / "in.pdf"
        found = made.read_bytes() if made.is_file() else b""
    if not found:
        reason = "unreadable" if code == 0 else "crashed"
        raise ConversionFailed(reason, f"the converter ended with {code} and wrote nothing")
    return found


def _settings(profile: Path) -> None:
    """A fresh profile: macros off, no link is followed, nothing is asked."""
    user = profile / "user"
    user.mkdir(parents=True)
    text = resources.files(__package__).joinpath("profile.xcu").read_text("utf-8")
    (user / "registrymodifications.xcu").write_text(text, "utf-8")


def _command(program: str, place: Path, source: Path, extension: str) -> list[str]:
    limits = [str(MEMORY), str(PROCESSOR), str(FILE_SIZE)]
    asked = [f"-env:UserInstallation={(place / 'profile').as_uri()}", "--headless", "--norestore", "--nolockcheck"]
    asked += ["--nodefault", "--nologo", "--convert-to", f"pdf:{_FILTERS[extension]}", "--outdir", str(place)]
    return [sys.executable, "-I", str(_CONFINE), *limits, program, *asked, str(source)]


def _run(command: list[str], place: Path) -> int:
    """Run it as the leader of a group, so that a stop reaches whatever it started; returns its exit code."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    child = subprocess.Popen(  # noqa: S603 - no shell; the file's name is ours
        command,
        env={**kept, "HOME": str(place), "TMPDIR": str(place), "SAL_USE_VCLPLUGIN": "svp"},
        cwd=place,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return child.wait(WHOLE)
    except subprocess.TimeoutExpired as error:
        raise ConversionFailed("timeout", f"no PDF within {WHOLE:.0f} seconds") from error
    finally:
        _stop(child)


def _stop(child: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    child.wait()


def offline() -> bool:
    """Whether the converter runs without a network here."""
    probe = [sys.executable, "-I", str(_CONFINE), "probe"]
    return subprocess.run(probe, check=False, timeout=10).returncode == 0  # noqa: S603 - our own program
