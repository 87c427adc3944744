"""What the kinds of data and their periods are called, for administrators and for the people whose data they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tongban.core.retention import Rule

#: Kind of data → (what it is, from when its period runs).
KIND: Mapping[str, tuple[Any, Any]] = {
    "attempts": (_("Counts of tries (signing in, looking up)"), _("the first try")),
    "sessions": (_("Sessions of browsers"), _("the end of the session")),
    "sign_ins": (_("Log of sign-ins with network address"), _("the sign-in")),
    "looks": (_("Log of who looked at whose data"), _("the look")),
    "drafts": (_("Drafts that were never submitted, with their files"), _("the last change")),
    "correction_uploads": (_("Files for a correction that were never handed in"), _("the end of the case")),
    "exports": (_("Lists that officers exported"), _("the export")),
    "archive_packages": (_("Archive packages made at the desk"), _("the making")),
    "undecided_cases": (
        _("Cases withdrawn or not corrected: form, materials, documents, notes"),
        _("the end of the case"),
    ),
    "decided_cases": (_("Decided cases with everything in them"), _("the end of the case")),
    "licences": (_("Licences in all their versions"), _("the end of the licence")),
    "evidence": (_("Events, seals and deletion records"), _("the event")),
}


def period(rule: Rule) -> str:
    """How long, in words."""
    if rule.permanent:
        return gettext("kept; the archive rules of the service say how long")
    if rule.unit == "days":
        return ngettext("%(n)s day", "%(n)s days", rule.value) % {"n": rule.value}
    if rule.unit == "months":
        return ngettext("%(n)s month", "%(n)s months", rule.value) % {"n": rule.value}
    return ngettext("%(n)s year", "%(n)s years", rule.value) % {"n": rule.value}


def said(text: str) -> str:
    """The period that a deletion record keeps (``180 days``), in words."""
    value, _space, unit = text.partition(" ")
    return period(Rule("", unit, int(value))) if unit and value.isdigit() else text


def source(rule: Rule) -> str:
    """On what the period rests."""
    if rule.permanent and not rule.source:
        return gettext("archive rules, which the hall adds; nothing of it is deleted here")
    return rule.source or gettext("the hall's own choice; no provision names a period")
