"""The forms on paper of an item version: empty, and filled in as an example. Anybody may open them."""

from __future__ import annotations

import io

from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from tongban.catalogue import queries as catalogue
from tongban.core.errors import Refused, gettext_noop
from tongban.records import queries as records
from tongban.web.public.serving import inline

#: A version's files never change; a day bounds what a proxy keeps of a version that was withdrawn.
CACHED = "public, max-age=86400, immutable"


@require_safe
def blank(request: HttpRequest, key: str, number: int) -> FileResponse:
    """The empty form of a published version."""
    return _file(key, number, "blank")


@require_safe
def sample(request: HttpRequest, key: str, number: int) -> FileResponse:
    """The form of a published version, filled in by an invented applicant."""
    return _file(key, number, "sample")


def _file(key: str, number: int, kind: str) -> FileResponse:
    """The file, if it is the one that was made: it leaves under the authority's name."""
    found = catalogue.item_file(key, number, kind)
    info = records.file_info(found.file_id)
    content = records.read_file(found.file_id)
    if info.sha256 != found.sha256:
        raise Refused(
            gettext_noop("This form is not the one that was published, so it is not handed out."),
            remedy=gettext_noop("Tell the operator of the system; the audit will name the file."),
        )
    response = inline(info, io.BytesIO(content), name=found.name)
    response.headers["Cache-Control"] = CACHED
    return response
