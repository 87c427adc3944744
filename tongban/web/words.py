"""Labels of statuses, verbs and capacities, as refusals and error pages name them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

STATUS: Mapping[str, object] = {
    "received": pgettext_lazy("status", "Received"),
    "accepted": pgettext_lazy("status", "Accepted"),
    "granted": pgettext_lazy("status", "Granted"),
    "certified": pgettext_lazy("status", "Certificate made"),
    "completed": pgettext_lazy("status", "Completed"),
    "refused": pgettext_lazy("status", "Refused"),
    "not_required": pgettext_lazy("status", "No licence needed"),
    "not_accepted": pgettext_lazy("status", "Acceptance refused"),
    "withdrawn": pgettext_lazy("status", "Withdrawn"),
    "terminated": pgettext_lazy("status", "Terminated"),
    "lapsed": pgettext_lazy("status", "Closed uncorrected"),
}
VERB: Mapping[str, object] = {
    "submit": pgettext_lazy("verb", "Submit"),
    "assign": pgettext_lazy("verb", "Hand on"),
    "put_back": pgettext_lazy("verb", "Put back"),
    "note": pgettext_lazy("verb", "Note"),
    "remind": pgettext_lazy("verb", "Remind the applicant"),
    "annotate": pgettext_lazy("verb", "Annotate"),
    "check": pgettext_lazy("verb", "Mark check points"),
    "accept": pgettext_lazy("verb", "Accept"),
    "request_correction": pgettext_lazy("verb", "Send correction notice"),
    "submit_correction": pgettext_lazy("verb", "Hand in the correction"),
    "close_uncorrected": pgettext_lazy("verb", "Close uncorrected"),
    "not_required": pgettext_lazy("verb", "No licence needed"),
    "refuse_acceptance": pgettext_lazy("verb", "Refuse acceptance"),
    "deem_accepted": pgettext_lazy("verb", "Deemed acceptance"),
    "file": pgettext_lazy("verb", "File"),
    "start_special": pgettext_lazy("verb", "Start special procedure"),
    "supplement_special": pgettext_lazy("verb", "Supplementary notice"),
    "end_special": pgettext_lazy("verb", "Record the result"),
    "extend": pgettext_lazy("verb", "Extend the limit"),
    "opinion": pgettext_lazy("verb", "Give opinion"),
    "countersign": pgettext_lazy("verb", "Second signature"),
    "order_inspection": pgettext_lazy("verb", "Order inspection"),
    "inspect": pgettext_lazy("verb", "Record inspection"),
    "request_clarification": pgettext_lazy("verb", "Ask the applicant"),
    "answer_clarification": pgettext_lazy("verb", "Answer the question"),
    "consult": pgettext_lazy("verb", "Ask another department"),
    "answer_consultation": pgettext_lazy("verb", "Answer the department"),
    "take_back_answer": pgettext_lazy("verb", "Take the answer back"),
    "withdraw_consultation": pgettext_lazy("verb", "Withdraw the question"),
    "grant": pgettext_lazy("verb", "Grant"),
    "refuse": pgettext_lazy("verb", "Refuse"),
    "deem_granted": pgettext_lazy("verb", "Deemed grant"),
    "make_certificate": pgettext_lazy("verb", "Make certificate"),
    "void_certificate": pgettext_lazy("verb", "Void the certificate"),
    "deliver": pgettext_lazy("verb", "Deliver"),
    "withdraw": pgettext_lazy("verb", "Withdraw"),
    "terminate": pgettext_lazy("verb", "Terminate"),
    "convert": pgettext_lazy("verb", "Convert to the new version"),
}
CAPACITY: Mapping[str, object] = {
    "applicant": _("the applicant"),
    "completeness": _("the window that checks the materials"),
    "reviewer": _("the reviewing department"),
    "inspector": _("the inspecting department"),
    "decision": _("the decision maker"),
    "extension": _("the head who approves extensions"),
    "certificate": _("the certificate clerk"),
    "delivery": _("the delivery window"),
    "consulted": _("the department that was asked"),
    "supervisor": _("the supervisor"),
    "system": _("the system"),
}
#: Parameters of refusals that hold plain keys, and the labels of those keys.
PARAMETERS: Mapping[str, Mapping[str, object]] = {
    "status": STATUS,
    "verb": VERB,
    "possible": STATUS,
    "who": CAPACITY,
}

#: Why there is no copy of an office file for reading, and what helps.
COPY_PROBLEM = {
    "unavailable": _("No converter is installed on this machine. Once it is, the copy is made by itself."),
    "timeout": _("Converting took too long. Ask for a PDF of it, or read the original."),
    "crashed": _("The converter broke off. Ask for a PDF of it, or read the original."),
    "unreadable": _("The converter could not read it. Ask for a PDF of it, or read the original."),
    "too_long": _("It has more pages than can be shown. Ask for it in parts, or read the original."),
    "altered": _("The stored file is not what was handed in. Tell the operator of the system."),
}
