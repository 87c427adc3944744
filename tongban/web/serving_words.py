"""Words of service and of the delivery log."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

CHANNEL = {"inapp": _("Inbox message"), "mail": _("E-mail"), "sms": _("Short message")}
STATE = {"queued": _("waiting to be sent"), "sent": _("sent"), "failed": _("not sent"), "read": _("read")}
STATE_KIND = {"queued": "pause", "sent": "ok", "failed": "late", "read": "ok"}
ARRIVED_INAPP = _("in the inbox")
MEANS = {
    "inapp": _("Inbox message"),
    "mail": _("E-mail"),
    "phone": _("Short message"),
    "window": _("Collected at the window"),
    "hand": _("Handed over in person"),
    "retention": _("Left there before a witness"),
    "post": _("By post"),
    "announcement": _("By announcement"),
}
REMEDY = {"reconsideration": _("Reconsideration"), "litigation": _("Action in court")}
