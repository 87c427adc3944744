"""Office files (Office Open XML, ECMA-376; OpenDocument, ISO/IEC 26300): what they are, and that nothing in them acts.

Nothing is taken out: the file that was sent is the evidence, and an office program writes any file anew as it likes.
A file with macros, embedded objects, or links that load something when it is opened is refused, and the remedy says how
to make a copy without. Plain hyperlinks stay: they do nothing until somebody clicks.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from xml.parsers import expat

from tongban.core.errors import FieldError, Invalid, gettext_noop

MAX_PARTS = 2000
#: Bytes that all parts together, and all texts (XML) among them, may unpack to; a sheet of 100,000 rows has 40 MB.
MAX_UNPACKED, MAX_TEXT = 200 * 1024 * 1024, 80 * 1024 * 1024

MIME: Mapping[str, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
#: The reverse: kinds of stored files that are converted for reading.
EXTENSIONS: Mapping[str, str] = {mime: extension for extension, mime in MIME.items()}
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_MAIN = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": "xlsx",
}
#: Relationship types (the last part of their address) whose target is an object of another program, and such as load.
_EMBEDDED = frozenset({"oleObject", "package", "aFChunk", "control", "activeXControlBinary", "subDocument"})
_LOADING = frozenset({"externalLink", "externalLinkPath", "xlExternalLinkPath", "connections", "queryTable"})
_LOCAL_TEMPLATE = re.compile(r"(file:///[A-Za-z]:[/\\%]|[^/\\:]+\.dot[xm]?$)")
_FIELD = re.compile(r"\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK)\b")
_FETCHING = re.compile(r"\b(WEBSERVICE|RTD|CALL|REGISTER\.ID|DDE)\(|\|'[^'\"]*'!")
#: Elements whose words are instructions: fields of a text, formulas and names of a sheet.
_WORDS = frozenset({"instrText", "f", "definedName"})
_See = Callable[[str, dict[str, str], str], object]
_CHARTS = ("application/vnd.oasis.opendocument.chart", "application/vnd.oasis.opendocument.formula")
_BREAKS = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError)


def check_office(content: bytes) -> str:
    """The kind of an office file, as its extension; empty for a ZIP that is none.

    Raises Invalid on the field ``file``, with a remedy, for a file that is protected by a password, damaged, would
    unpack to too much, or holds what acts.
    """
    if content.startswith(OLE):
        raise _old_or_locked(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            return _checked(_Parts(file, len(content)))
    except Invalid:
        raise
    except (*_BREAKS, expat.ExpatError, UnicodeDecodeError, KeyError, RecursionError) as error:
        raise _damaged() from error


class _Parts:
    """The parts of the container, read within the limits."""

    def __init__(self, file: zipfile.ZipFile, size: int) -> None:
        infos = [info for info in file.infolist() if not info.is_dir()]
        names = [info.filename for info in infos]
        if any(info.flag_bits & 1 for info in infos):
            raise _locked()
        packed, unpacked = sum(info.compress_size for info in infos), sum(info.file_size for info in infos)
        text = sum(info.file_size for info in infos if _is_text(info.filename))
        if len(infos) > MAX_PARTS or packed > size or unpacked > MAX_UNPACKED or text > MAX_TEXT:
            raise _too_much()
        lower = [name.lower() for name in names]
        if len(set(lower)) < len(names) or any("\\" in name or ".." in PurePosixPath(name).parts for name in names):
            raise _damaged()
        self.file, self.names = file, names

    def read(self, name: str) -> bytes:
        """One part; the container's own word on its size bounds it."""
        return self.file.read(name)

    def texts(self) -> Iterator[str]:
        """The names of the XML parts."""
        return (name for name in self.names if _is_text(name))


def _is_text(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".vml", ".rdf"))


def _walk(text: bytes, see: _See) -> None:
    """Show every element with its attributes, and the words of those that are instructions, to ``see``.

    Names come without their name space. A text that declares entities is refused: no office program writes one.
    """
    words: list[str] = []
    reader = expat.ParserCreate()
    reader.buffer_text = True

    def entity(*_: object) -> None:
        raise _damaged()

    def start(name: str, attributes: dict[str, str]) -> None:
        words.clear()
        see(_short(name), {_short(key): value for key, value in attributes.items()}, "")

    def end(name: str) -> None:
        if words and _short(name) in _WORDS:
            see(_short(name), {}, "".join(words))
        words.clear()

    reader.EntityDeclHandler = entity
    reader.StartElementHandler, reader.EndElementHandler = start, end
    reader.CharacterDataHandler = words.append
    reader.Parse(text, True)


def _short(name: str) -> str:
    return name.rpartition(":")[2]


def _checked(parts: _Parts) -> str:
    if "[Content_Types].xml" in parts.names:
        return _open_xml(parts)
    if parts.names[:1] == ["mimetype"]:
        return _open_document(parts)
    return ""


def _open_xml(parts: _Parts) -> str:
    kinds: set[str] = set()
    _walk(
        parts.read("[Content_Types].xml"),
        lambda _name, attributes, _words: kinds.add(attributes.get("ContentType", "")),
    )
    lower = [name.lower() for name in parts.names]
    if any("macroenabled" in kind.lower() or "vbaproject" in kind.lower() for kind in kinds) or any(
        name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in lower
    ):
        raise _macros()
    if any("/embeddings/" in name or "/activex/" in name for name in lower):
        raise _embedded()
    if any("/externallinks/" in name or name.endswith("xl/connections.xml") for name in lower):
        raise _loading()
    found = next((_MAIN[kind] for kind in sorted(kinds) if kind in _MAIN), "")
    for name in parts.texts() if found else ():
        if name.endswith(".rels"):
            _walk(parts.read(name), _see_relation)
        else:
            _look_at_instructions(parts.read(name), found)
    return found


def _see_relation(name: str, attributes: dict[str, str], _words: str) -> None:
    kind, target = attributes.get("Type", "").rpartition("/")[2], attributes.get("Target", "")
    if kind in _EMBEDDED:
        raise _embedded()
    harmless = kind == "hyperlink" or (kind == "attachedTemplate" and _LOCAL_TEMPLATE.match(target))
    if kind in _LOADING or (attributes.get("TargetMode", "") == "External" and not harmless):
        raise _loading()


def _look_at_instructions(text: bytes, kind: str) -> None:
    """Fields of a text and formulas of a sheet that fetch something; Word may cut one field into pieces."""
    fields: list[str] = []

    def see(name: str, attributes: dict[str, str], words: str) -> None:
        if kind == "docx" and name == "instrText":
            fields.append(words)
        elif kind == "docx" and name == "fldSimple":
            fields.append(f" {attributes.get('instr', '')} ")
        elif kind == "xlsx" and words and _FETCHING.search(words):
            raise _loading()

    _walk(text, see)
    if _FIELD.search("".join(fields)):
        raise _loading()


def _open_document(parts: _Parts) -> str:
    found = EXTENSIONS.get(parts.read("mimetype").decode("ascii").strip(), "")
    if not found:
        return ""
    if any(name.startswith(("Basic/", "Scripts/")) for name in parts.names):
        raise _macros()
    _walk(parts.read("META-INF/manifest.xml"), _see_entry)
    for name in parts.texts():
        _walk(parts.read(name), _see_in_document)
    return found


def _see_entry(name: str, attributes: dict[str, str], _words: str) -> None:
    if name == "encryption-data":
        raise _locked()
    path, kind = attributes.get("full-path", ""), attributes.get("media-type", "")
    document = path.endswith("/") and path != "/" and kind.startswith("application/vnd.oasis.opendocument.")
    if (document and not kind.startswith(_CHARTS)) or kind == "application/vnd.sun.star.oleobject":
        raise _embedded()


def _see_in_document(name: str, attributes: dict[str, str], _words: str) -> None:
    if name == "event-listener":
        raise _macros()
    if name in ("object-ole", "plugin", "applet", "floating-frame"):
        raise _embedded()
    outside = name != "a" and _leads_out(attributes.get("href", ""))
    if outside or name in ("dde-source", "dde-connection-decl") or _FETCHING.search(attributes.get("formula", "")):
        raise _loading()


def _leads_out(href: str) -> bool:
    return bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|/|\\|\.\./", href))


def _old_or_locked(content: bytes) -> Invalid:
    """Word and Excel keep a file with a password in the old container; without one it is the old format."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return _locked()
    return _refused(
        gettext_noop("Files in the old format of Word or Excel (DOC, XLS) cannot be taken."),
        gettext_noop("Open it and save it as DOCX, XLSX or PDF, then upload that."),
    )


def _locked() -> Invalid:
    return _refused(
        gettext_noop("The file is protected by a password."),
        gettext_noop("Save a copy without the password and upload that."),
    )


def _macros() -> Invalid:
    return _refused(
        gettext_noop("The file holds macros, so it cannot be taken."),
        gettext_noop("Save it as DOCX or XLSX without macros, or as PDF, then upload that."),
    )


def _embedded() -> Invalid:
    return _refused(
        gettext_noop("Another file or an object of another program is embedded in the file."),
        gettext_noop("Paste it as a picture, or save the whole as PDF; upload embedded files one by one."),
    )


def _loading() -> Invalid:
    return _refused(
        gettext_noop("The file loads something from outside when it is opened: another file, a picture or data."),
        gettext_noop("Break its links (in Excel: Data, Edit links, Break link), or save it as PDF, then upload that."),
    )


def _too_much() -> Invalid:
    return _refused(
        gettext_noop("The file unpacks to more than can be handled."),
        gettext_noop("Split it into several files, or save it as PDF with smaller pictures."),
    )


def _damaged() -> Invalid:
    return _refused(
        gettext_noop("The file is damaged and cannot be opened."),
        gettext_noop("Open it on your own device; if that works, save it again and upload the copy."),
    )


def _refused(message: str, remedy: str) -> Invalid:
    return Invalid(message, remedy=remedy, errors=[FieldError("file", message, remedy)])
