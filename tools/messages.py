"""Translation catalogues: collect every room's texts (no argument), or name what lacks a Chinese text (--check).

One catalogue a room: ``tongban/<room>/locale``, ``tongban/web/locale`` for what the screens share, and
``tongban/web/<audience>/locale``. At run time all of them are one, so a text counts as translated wherever it is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "tongban"
LANGUAGE = "zh_Hans"
CATALOGUE = Path("locale") / LANGUAGE / "LC_MESSAGES" / "django.po"
TRANSLATABLE = re.compile(r"gettext\w*( as _\b|, gettext|\()|{% *(trans|translate|blocktrans|blocktranslate)\b")
NOT_SOURCES = shutil.ignore_patterns("static", "locale", "data", "__pycache__", "migrations")


def rooms() -> list[Path]:
    """Every directory with a catalogue of its own."""
    inside = [path for path in PACKAGE.iterdir() if path.is_dir()]
    inside += [path for path in (PACKAGE / "web").glob("*") if (path / "urls.py").exists()]
    return sorted(path for path in inside if any(_has_texts(source) for source in _sources(path)))


def _sources(room: Path) -> list[Path]:
    return [*room.rglob("*.py"), *room.rglob("*.html"), *room.rglob("*.txt")]


def _has_texts(source: Path) -> bool:
    return bool(TRANSLATABLE.search(source.read_text(encoding="utf-8")))


def _make(folder: Path, ignore: list[str]) -> None:
    (folder / "locale").mkdir(exist_ok=True)
    words = ["makemessages", "-l", LANGUAGE, "--no-location", "--no-wrap", "-v", "0"]
    words += [word for name in ignore for word in ("-i", f"{name}/*")]
    env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run([sys.executable, "-P", "-m", "django", *words], cwd=folder, env=env, check=True)


def collect() -> None:
    """Write each room's catalogue anew; what was translated stays."""
    found = rooms()
    for room in found:
        _make(room, [other.name for other in found if other.parent == room])
        po = room / CATALOGUE
        po.write_text(_tidy(po.read_text(encoding="utf-8")), encoding="utf-8")
        print(f"{room.relative_to(PACKAGE.parent)}: {_statistics(po)}")


def _tidy(text: str) -> str:
    """Without the date of extraction, which changes with every run, and without place-holders of the header."""
    header = text.index('msgid ""')
    tidy = re.sub(
        r'^"(POT-Creation-Date|PO-Revision-Date: YEAR|Last-Translator: FULL|Language-Team: LANGUAGE|'
        r"Report-Msgid-Bugs-To: \\n).*\n",
        "",
        text[header:],
        flags=re.MULTILINE,
    )
    return tidy.replace("PACKAGE VERSION", "tongban").replace('"Language: \\n"', f'"Language: {LANGUAGE}\\n"')


def _statistics(po: Path) -> str:
    done = subprocess.run(
        ["msgfmt", "--statistics", "-o", os.devnull, str(po)], capture_output=True, text=True, check=False
    )
    return done.stderr.strip()


def _gnu(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def lacking() -> list[str]:
    """The texts that have no Chinese, and catalogues with a fault, one a line."""
    catalogues = sorted(str(path) for path in PACKAGE.rglob(str(CATALOGUE)))
    faults = []
    for po in catalogues:
        done = subprocess.run(
            ["msgfmt", "--check-format", "-o", os.devnull, po], capture_output=True, text=True, check=False
        )
        if done.returncode:
            faults.append(done.stderr.strip())
    if faults:
        return faults
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tongban"
        shutil.copytree(PACKAGE, copy, ignore=NOT_SOURCES)
        _make(copy, [])
        present, merged = Path(folder) / "present.po", Path(folder) / "merged.po"
        present.write_text(_gnu("msgcat", "--use-first", *catalogues), encoding="utf-8")
        merge = ["msgmerge", "--quiet", "--no-fuzzy-matching", "--no-wrap", str(present), str(copy / CATALOGUE)]
        merged.write_text(_gnu(*merge), encoding="utf-8")
        open_texts = _gnu("msgattrib", "--untranslated", "--no-obsolete", "--no-wrap", str(merged))
        fuzzy = _gnu("msgattrib", "--only-fuzzy", "--no-obsolete", "--no-wrap", str(merged))
    lines = re.findall(r'^msgid "(.+)"$', open_texts, flags=re.MULTILINE)
    return lines + [f"(fuzzy) {text}" for text in re.findall(r'^msgid "(.+)"$', fuzzy, flags=re.MULTILINE)]


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        missing = lacking()
        print("\n".join(missing) or "every text has its Chinese")
        sys.exit(bool(missing))
    collect()
