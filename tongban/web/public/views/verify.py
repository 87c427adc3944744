"""Public verification of licences: by QR code, by identifier, by the file itself."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tongban.accounts import services as accounts
from tongban.licences import queries as licences
from tongban.licences.queries import Verification
from tongban.web.licencewords import ground_words, standing_name
from tongban.web.public.forms import VerifyFile, VerifyIdentifier
from tongban.web.public.people import visitor
from tongban.web.public.wording import joined, today
from tongban.web.wording import say

#: Verifications from one address in so many minutes; an inspection day stays far below.
MOST, MINUTES = 120, 10
#: Result → (title, explanation, colour, icon).
RESULTS: dict[str, tuple[str, str, str, str]] = {
    "genuine": (
        gettext_noop("Genuine and valid"),
        gettext_noop("This licence is registered here, and it is valid today."),
        "ok",
        "circle-check",
    ),
    "registered": (
        gettext_noop("Registered as valid"),
        gettext_noop(
            "A licence with this code is registered here and valid today. Compare every line with the licence in your "
            "hand; whether a file was changed shows only when you upload the PDF."
        ),
        "ok",
        "circle-check",
    ),
    "document": (
        gettext_noop("Signed here, but not a licence"),
        gettext_noop(
            "This file is a document that this authority signed, and nothing in it was changed. A licence is a file of "
            "its own."
        ),
        "warn",
        "file-text",
    ),
    "document_void": (
        gettext_noop("Declared void"),
        gettext_noop(
            "This document was signed here and nothing in it was changed, but the authority has declared it void. Its "
            "number is not used again."
        ),
        "late",
        "ban",
    ),
    "altered": (
        gettext_noop("Altered"),
        gettext_noop("This file is not the one that was signed: something in it was changed. Do not accept it."),
        "late",
        "alert-circle",
    ),
    "superseded": (
        gettext_noop("Replaced by a newer version"),
        gettext_noop("This file was issued here, but a newer version has taken its place."),
        "warn",
        "alert-triangle",
    ),
    "corrected": (
        gettext_noop("Replaced by a correction"),
        gettext_noop(
            "This file was issued here and bore a clerical error. A corrected version has taken its place; ask the "
            "holder for that one."
        ),
        "warn",
        "alert-triangle",
    ),
    "replaced": (
        gettext_noop("Replaced: it was reported lost or damaged"),
        gettext_noop("This file was issued here. The licence was issued anew since; only the new version counts."),
        "warn",
        "alert-triangle",
    ),
    "suspended": (
        gettext_noop("Suspended"),
        gettext_noop("This licence was issued here, but it must not be used at present."),
        "warn",
        "player-pause",
    ),
    "revoked": (
        gettext_noop("Revoked"),
        gettext_noop("This licence was issued here and has been taken away. It has no effect."),
        "late",
        "circle-x",
    ),
    "cancelled": (
        gettext_noop("Deregistered"),
        gettext_noop("This licence was issued here and has been deregistered. It has no effect."),
        "late",
        "circle-x",
    ),
    "void": (
        gettext_noop("Void"),
        gettext_noop(
            "This licence was made in error and declared void before it was delivered. It never had effect, and its "
            "number is not used again."
        ),
        "late",
        "ban",
    ),
    "expired": (
        gettext_noop("Expired"),
        gettext_noop("This licence was issued here, but its validity has ended."),
        "warn",
        "hourglass",
    ),
    "unknown": (
        gettext_noop("Not registered here"),
        gettext_noop("We know of no such licence. It may have been issued elsewhere, or it is not genuine."),
        "late",
        "help-circle",
    ),
}
#: How the version after a superseded one came about → the entry of :data:`RESULTS` that says so.
_SUCCESSORS = {"correct": "corrected", "replace": "replaced"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Upload the file, or type the identifier."""
    by_file, by_identifier = VerifyFile(), VerifyIdentifier()
    if request.method == "POST":
        by_file = VerifyFile(request.POST, request.FILES)
        if by_file.is_valid() and _counted(request, by_file, "file"):
            upload = by_file.cleaned_data["file"]
            if upload.size <= settings.MAX_UPLOAD_BYTES:
                return _answer(request, licences.verify_public(on=today(), file=upload.read()), upload.name)
            by_file.add_error("file", _("The file is larger than 20 MB; no licence of ours is."))
    elif "identifier" in request.GET:
        by_identifier = VerifyIdentifier(request.GET)
        if by_identifier.is_valid() and _counted(request, by_identifier, "identifier"):
            found = licences.verify_public(on=today(), identifier=by_identifier.cleaned_data["identifier"])
            return _answer(request, found)
    wrong = by_file.errors or by_identifier.errors
    context = {"by_file": by_file, "by_identifier": by_identifier, "nav": "verify"}
    return render(request, "public/verify.html", context, status=422 if wrong else 200)


def _counted(request: HttpRequest, form: Any, field: str) -> bool:
    try:
        accounts.limit_attempts(bucket=f"verify:{visitor(request)}", most=MOST, minutes=MINUTES, now=timezone.now())
    except accounts.TooMany as error:
        form.add_error(field, joined(say(error.message, error.params), say(error.remedy, error.params)))
        return False
    return True


@never_cache
@require_safe
def verify_token(request: HttpRequest, token: str) -> HttpResponse:
    """Where the QR code on a licence leads."""
    accounts.limit_attempts(bucket=f"verify:{visitor(request)}", most=MOST, minutes=MINUTES, now=timezone.now())
    return _answer(request, licences.verify_public(on=today(), token=token))


def _answer(request: HttpRequest, found: Verification, file_name: str = "") -> HttpResponse:
    title, about, kind, icon = RESULTS[_verdict(found)]
    ground, rule = "", None
    if found.licence and found.licence.state in ("revoked", "cancelled"):
        ground, rule = ground_words(found.licence.state_ground, found.licence.state_kind)
    context = {
        "found": found,
        "facts": found.licence,
        "title": say(title),
        "about": say(about),
        "kind": kind,
        "icon": icon,
        "paper": found.document,
        "state": standing_name(found.licence.state, found.licence.state_kind) if found.licence else "",
        "ground": ground,
        "ground_rule": rule,
        "file_name": file_name,
        "signature": _signature(found),
        "nav": "verify",
    }
    return render(request, "public/verified.html", context)


def _verdict(found: Verification) -> str:
    """The entry of :data:`RESULTS`. A code alone proves what is registered, not the paper that it was read from."""
    if found.result == "genuine" and found.how != "file":
        return "registered"
    if found.result == "superseded":
        return _SUCCESSORS.get(found.successor, "superseded")
    if found.result == "unknown" and found.signature is not None and found.signature.good:
        return "document_void" if found.document and found.document.status == "void" else "document"
    return found.result if found.result in RESULTS else "unknown"


def _signature(found: Verification) -> str:
    """What the file's signature says, in one sentence."""
    report = found.signature
    if report is None:
        return ""
    if not report.signed:
        return _("The file bears no electronic signature.")
    if report.good:
        return _("Signed by %(signer)s; not changed since.") % {"signer": report.signer}
    if not (report.intact and report.covers_whole):
        return _("The signature is broken: the file was changed after it was signed.")
    return _("Signed by somebody else (%(signer)s).") % {"signer": report.signer or "—"}
