"""Receiving uploaded files: each is checked by the service, each refusal names its file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tongban.accounts import services as accounts
from tongban.cases.queries.views import FileRow
from tongban.cases.services import NotScanned
from tongban.core.errors import DomainError, Invalid, gettext_noop
from tongban.records.office_files import EXTENSIONS
from tongban.web.formdata import file_name
from tongban.web.public.people import visitor
from tongban.web.public.wording import joined
from tongban.web.templatetags.tb import copy_problem
from tongban.web.wording import say

FIELD = "file"
#: Files from one account and from one address in so many minutes; a hall's scanning station sends for many people.
MOST_OF_ACCOUNT, MOST_OF_ADDRESS, MINUTES = 200, 1000, 10
TOO_MANY = gettext_noop("Too many files were sent in a short time.")
#: What is said of what was taken out of a file. Details of a photo and bytes after the end of a file change nothing
#: that anybody sees, so nobody is bothered with them.
REMOVED = {
    "scripts": gettext_noop("scripts"),
    "actions": gettext_noop("actions that start by themselves"),
    "attachments": gettext_noop("attached files"),
    "media": gettext_noop("sound and video"),
    "outside": gettext_noop("links to other files"),
}


class Stored(Protocol):
    """A row of a stored file; ``removed``: what was taken out of it."""

    removed: tuple[str, ...]


def received(request: HttpRequest, store: Callable[[str, bytes], Stored]) -> list[str]:
    """Store every file of the request with ``store(name, content)``; return what is wrong, in words."""
    files = request.FILES.getlist(FIELD)
    if not files:
        return [_("Choose a file first.")]
    problems: list[str] = []
    for file in files:
        problems += _store(request, file, store)
    return problems


def _store(request: HttpRequest, file: UploadedFile[Any], store: Callable[[str, bytes], Stored]) -> list[str]:
    name = file_name(file.name or "")
    if file.size is not None and file.size > settings.MAX_UPLOAD_BYTES:
        most = settings.MAX_UPLOAD_BYTES // (1024 * 1024)
        text = _("“%(name)s” is larger than %(most)s MB. Scan it with a lower resolution, or split it.")
        return [text % {"name": name, "most": most}]
    try:
        _count(request)
        row = store(name, file.read())
    except (Invalid, NotScanned, accounts.TooMany) as error:
        return [_("“%(name)s”: %(problem)s") % {"name": name, "problem": text} for text in _said(error)]
    _tell_removed(request, name, row.removed)
    return []


def _count(request: HttpRequest) -> None:
    """Raise ``TooMany`` when one account or one address sends more than people can scan."""
    limits = {f"upload:{request.user.pk}": MOST_OF_ACCOUNT, f"upload-from:{visitor(request)}": MOST_OF_ADDRESS}
    for bucket, most in limits.items():
        accounts.limit_attempts(bucket=bucket, most=most, minutes=MINUTES, now=timezone.now(), message=TOO_MANY)


def _said(error: DomainError) -> list[str]:
    faults = getattr(error, "errors", None) or [error]
    return [joined(say(item.message, item.params), say(item.remedy, item.params)) for item in faults]


def _tell_removed(request: HttpRequest, name: str, removed: Iterable[str]) -> None:
    words = [say(REMOVED[key]) for key in removed if key in REMOVED]
    if words:
        text = _("“%(name)s” was taken without: %(what)s. Look at it and check that nothing you need is missing.")
        messages.warning(request, text % {"name": name, "what": pgettext("between items of a list", ", ").join(words)})


@dataclass(frozen=True)
class SentFile:
    """A file as the list of sent files shows it."""

    name: str
    size: int
    pages: int
    kind: str
    url: str
    remove_url: str
    note: str = ""
    original: str = ""  # where the file itself is, if ``url`` shows a copy for reading
    waiting: bool = False


_KINDS = {"application/pdf": "PDF", "image/jpeg": "JPG", "image/png": "PNG"}
_KINDS |= {mime: extension.upper() for mime, extension in EXTENSIONS.items()}


def draft_rows(draft_id: str, key: str, files: Iterable[FileRow]) -> list[SentFile]:
    """Files of a draft's material with where to see and to remove them."""
    return [
        _row(
            item,
            reverse("public:draft_file", args=[draft_id, item.file_id]),
            reverse("public:draft_file_copy", args=[draft_id, item.file_id]),
            reverse("public:draft_remove_file", args=[draft_id, key, item.row_id]),
        )
        for item in files
    ]


def case_rows(number: str, key: str, files: Iterable[FileRow]) -> list[SentFile]:
    """The same for files that wait to be handed in with a correction or an answer."""
    return [
        _row(
            item,
            reverse("public:case_file", args=[number, item.file_id]),
            reverse("public:case_file_copy", args=[number, item.file_id]),
            reverse("public:case_remove_upload", args=[number, key, item.row_id]),
        )
        for item in files
    ]


def _row(item: FileRow, url: str, copy_url: str, remove_url: str) -> SentFile:
    row = SentFile(item.name, item.size, item.pages, _KINDS.get(item.mime, ""), url, remove_url)
    if item.copy is None:
        return row
    if item.copy.ready:
        said = _("Converted for reading; the original counts.")
        return replace(row, url=copy_url, original=url, note=said)
    if item.copy.waiting:
        return replace(row, note=_("Being converted for reading"), waiting=True)
    return replace(row, note=joined(_("This file could not be converted for reading."), copy_problem(item.copy.reason)))


def refused(errors: list[str]) -> HttpResponse:
    """The answer to a script: why the file was not taken."""
    return HttpResponse("\n".join(errors), status=422, content_type="text/plain; charset=utf-8")
