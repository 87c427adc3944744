"""Handing out stored files: only what was uploaded or signed here, never run as a page of ours."""

from __future__ import annotations

from typing import IO

from django.http import FileResponse
from django.utils.http import content_disposition_header

from tongban.records.values import FileView

#: Kinds a browser shows without running anything; everything else is only downloaded.
SHOWN = frozenset({"application/pdf", "image/jpeg", "image/png"})
#: Nothing in a file may load or run anything; our own pages may frame it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
#: A picture or an unknown file is shut off from the site altogether. Not a PDF: browsers open no PDF in a sandbox.
SANDBOX = f"{POLICY}; sandbox"


def inline(info: FileView, handle: IO[bytes], *, download: bool = False, name: str = "") -> FileResponse:
    """``info`` as a response: shown in place or saved under its own name, kept by no proxy, never sniffed."""
    shown = info.mime in SHOWN
    response = FileResponse(handle, content_type=info.mime if shown else "application/octet-stream")
    response.headers["Content-Length"] = str(info.size)
    disposition = content_disposition_header(download or not shown, name or info.name)
    response.headers["Content-Disposition"] = disposition or "inline"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = POLICY if info.mime == "application/pdf" else SANDBOX
    return response
