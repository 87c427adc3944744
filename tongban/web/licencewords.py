"""What the states, versions and events of a licence are called, for the desk and for the portal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from tongban.core.law import Citation
from tongban.core.licensing import HOLDER_NAME, TAKING_LABELS, VALID_FROM, VALID_TO, Taking
from tongban.licences.states import GROUND_LABELS, REVOCATION_LABELS, CancellationGround, Revocation
from tongban.licences.values import LicenceView
from tongban.web.wording import say

#: Standing of a licence → (name, tag colour, icon).
STANDINGS: dict[str, tuple[str, str, str]] = {
    "valid": (gettext_noop("Valid"), "ok", "circle-check"),
    "expired": (gettext_noop("Expired"), "plain", "hourglass"),
    "suspended": (gettext_noop("Suspended"), "warn", "player-pause"),
    "revoked": (gettext_noop("Revoked"), "late", "circle-x"),
    "cancelled": (gettext_noop("Deregistered"), "plain", "circle-x"),
    "reserved": (gettext_noop("Being signed"), "plain", "clock"),
    "void": (gettext_noop("Void"), "late", "ban"),
}
#: How a version came about.
VERSION_KIND: Mapping[str, Any] = {
    "issue": _("First issue"),
    "change": _("Change of contents"),
    "renew": _("Renewal"),
    "replace": _("Replacement"),
    "correct": _("Correction of a clerical error"),
}
#: What an officer does; also what a holder asks for.
VERB: Mapping[str, Any] = {
    "replace": _("Replace (lost or damaged)"),
    "correct": _("Correct a clerical error"),
    "suspend": _("Suspend"),
    "resume": _("End the suspension"),
    "revoke": _("Annul, withdraw or forfeit"),
    "cancel": _("Deregister"),
}
#: What happened, by the verb of the event.
EVENT: Mapping[str, Any] = {
    "issue": _("Numbered and issued"),
    "file": _("Signed; the file is on record"),
    "change": _("New version after a change"),
    "renew": _("New version after a renewal"),
    "replace": _("New version as a replacement"),
    "correct": _("New version with a clerical error corrected"),
    "suspend": _("Suspended"),
    "resume": _("The suspension ended"),
    "revoke": _("Taken away"),
    "cancel": _("Deregistered"),
    "void": _("Declared void"),
    "ask": _("The holder asked for something"),
    "propose": _("Proposed to a second officer"),
    "confirm": _("Confirmed and done"),
    "turn_down": _("Turned down"),
    "take_back": _("Taken back"),
}
REQUEST_STATE: Mapping[str, tuple[Any, str, str]] = {
    "open": (_("waiting"), "warn", "clock"),
    "done": (_("done"), "ok", "check"),
    "refused": (_("turned down"), "late", "x"),
    "taken_back": (_("taken back"), "", "arrow-back-up"),
}
#: What each step does, told before it is done.
MEANS: Mapping[str, Any] = {
    "replace": _(
        "The same contents are signed anew as the next version; the number stays. Files of the old version then verify "
        "as replaced."
    ),
    "correct": _(
        "Only an entry that the authority itself wrote wrongly is put right. A new version is signed once a second "
        "officer confirms; the old file then verifies as replaced by a correction. The decision stands, and no period "
        "begins anew. What has changed since is no correction: it needs an application for a change."
    ),
    "suspend": _("The licence must not be used until the suspension ends; whoever verifies it sees that."),
    "resume": _("The licence is valid again from today."),
    "revoke": _(
        "Once a second officer confirms, the licence has no effect, and whoever verifies it sees since when and on "
        "which ground. It cannot be undone. Hear the holder first; the decision itself is served on paper of its own."
    ),
    "cancel": _(
        "Once a second officer confirms, the licence leaves the register of what is in force, and whoever verifies it "
        "sees the ground. It cannot be undone."
    ),
}
BESIDE: Mapping[str, Any] = {
    HOLDER_NAME: _("Holder's name"),
    VALID_FROM: _("Valid from"),
    VALID_TO: _("Valid until"),
}


def entry_name(seen: LicenceView, key: str) -> str:
    """What an entry of a licence is called."""
    if key in BESIDE:
        return str(BESIDE[key])
    return next((item.label for item in seen.spec.fields if item.key == key), key)


def ground_words(ground: str, kind: str) -> tuple[str, Citation | None]:
    """On which ground a licence stands as it does, with the provision; ("", None) for one that simply is valid."""
    if ground in set(Taking):
        taking = Taking(ground)
        return say(TAKING_LABELS[taking]), taking.citation
    if kind in set(CancellationGround):
        chosen = CancellationGround(kind)
        return say(GROUND_LABELS[chosen]), chosen.citation
    if kind in set(Revocation):
        return say(REVOCATION_LABELS[Revocation(kind)]), None
    return "", None


def standing_name(standing: str, kind: str) -> str:
    """The state in words; of what was taken away, in which of the three ways."""
    if standing == "revoked" and kind in set(Revocation):
        return say(REVOCATION_LABELS[Revocation(kind)])
    return say(STANDINGS[standing][0]) if standing in STANDINGS else standing
