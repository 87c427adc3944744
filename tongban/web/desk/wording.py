"""The words of the desk: labels of stages, duties, clocks, alerts and tags, and refusals as sentences."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from tongban.core.errors import DomainError, FieldError
from tongban.core.items_check import Finding
from tongban.oversight.conditions import Kind
from tongban.web.language import is_chinese
from tongban.web.wording import say
from tongban.web.words import STATUS, VERB

__all__ = ["STATUS", "VERB"]

STAGE = {
    "completeness": pgettext_lazy("stage", "Intake"),
    "correction": pgettext_lazy("stage", "Correcting"),
    "review": pgettext_lazy("stage", "Review"),
    "decision": pgettext_lazy("stage", "Decision"),
    "certificate": pgettext_lazy("stage", "Certificate"),
    "delivery": pgettext_lazy("stage", "Delivery"),
}
#: The stage in the words of the case page's head.
STAGE_LONG = {
    "completeness": _("Intake · checking materials"),
    "correction": _("Intake · waiting for the correction"),
    "review": _("Accepted · in review"),
    "decision": _("Accepted · waiting for the decision"),
    "certificate": _("Granted · making the certificate"),
    "delivery": _("Certificate made · to be delivered"),
}
#: The same for a filing, which is put on record and not granted.
FILING_LONG = {
    "completeness": _("Intake · checking the filing"),
    "certificate": _("Filed · making the certificate"),
    "delivery": _("Filed · certificate to be delivered"),
}
DUTY = {
    "window": _("Window clerk"),
    "reviewer": _("Reviewer"),
    "inspector": _("Inspector"),
    "decision_maker": _("Decision maker"),
    "agency_head": _("Agency head"),
    "government_head": _("Head of government"),
    "certificate_clerk": _("Certificate clerk"),
    "supervisor": _("Supervisor"),
    "catalogue_manager": _("Catalogue manager"),
    "operator": _("Duty operator"),
}
ADMIN_ROLE = {
    "system": _("System administrator"),
    "security": _("Security administrator"),
    "audit": _("Audit administrator"),
}
#: What became of an attempt to sign in.
SIGN_IN = {
    "ok": _("signed in"),
    "wrong": _("wrong name or password"),
    "wrong_code": _("wrong code"),
    "locked": _("closed after wrong tries"),
}
#: 行使层级 as item lists code it.
LEVEL = {
    1: pgettext_lazy("level", "State"),
    2: pgettext_lazy("level", "Province"),
    3: pgettext_lazy("level", "City"),
    4: pgettext_lazy("level", "County or district"),
    5: pgettext_lazy("level", "Town or subdistrict"),
    6: pgettext_lazy("level", "Village or community"),
}
CLOCK = {
    "completeness": _("Acceptance and correction notice"),
    "statutory": _("Statutory limit"),
    "promised": _("Promised limit"),
    "certificate": _("Certificate and delivery"),
}
#: The clock of a row of the work list, in a word.
CLOCK_SHORT = {
    "completeness": pgettext_lazy("clock", "Intake check"),
    "statutory": pgettext_lazy("clock", "Statutory"),
    "promised": pgettext_lazy("clock", "Promised"),
    "certificate": pgettext_lazy("clock", "Certificate"),
    "review": pgettext_lazy("clock", "Department"),
}
LANE = {
    "mine": _("My work"),
    "overdue": _("Overdue"),
    "today": _("Due today"),
    "waiting": _("Waiting for applicants"),
    "paused": _("Paused"),
    "consulted": _("Asked by other departments"),
    "mentions": _("Notes that mention me"),
    "unassigned": _("Unassigned"),
    "department": _("All open cases"),
    "closed": _("Closed cases"),
}
#: Columns of the work list.
LIST_COLUMN = {
    "number": _("Case number"),
    "item": _("Item"),
    "applicant": _("Applicant"),
    "stage": _("Stage"),
    "assignee": _("Officer"),
    "marks": _("Marks"),
    "received": _("Received on"),
    "clock": _("Clock"),
}
TAG = {
    "instant": _("Instant"),
    "deemed": _("Deemed accepted"),
    "correcting": _("Correcting"),
    "corrected": _("Corrected"),
    "clarifying": _("Question asked"),
    "extended": _("Extended"),
    "renewal": _("Renewal"),
    "twin": _("Possible duplicate"),
    "consulting": _("Department asked"),
    "advised": _("Department answered"),
}
CONSULTATION = {
    "open": _("waits for an answer"),
    "answered": _("answered"),
    "withdrawn": pgettext_lazy("question", "withdrawn"),
    "lapsed": _("not answered before the decision"),
}
POINT_STATE = {
    "open": _("Not sent yet"),
    "sent": _("Sent"),
    "met": _("Mended"),
    "unmet": _("Still unmet"),
}
OUTCOME = {"agree": _("Agrees"), "object": _("Objects")}
_WAITING = ngettext_lazy("%(count)s department open", "%(count)s departments open", "count")


_STOOD_IN = _("for %(name)s")


#: What was done to an account, a post or somebody's data.
EVENT = {
    "create_account": _("Account created"),
    "disable_account": _("Account disabled"),
    "enable_account": _("Account opened again"),
    "create_post": _("Post created"),
    "first_password": _("First password given"),
    "new_password": _("New password given from the command line"),
    "change_password": _("Password changed"),
    "enrol_second_factor": _("Second factor enrolled"),
    "reset_second_factor": _("Second factor reset"),
    "unlock": _("Unlocked after wrong tries"),
    "grant_post": _("Post given"),
    "end_post": _("Post ended"),
    "grant_role": _("Made an administrator"),
    "end_role": _("Role of administrator ended"),
    "reveal": _("Number seen in full"),
    "export_list": _("List exported"),
    "load_district": _("District's file loaded"),
    "report_leave": _("Leave reported"),
    "end_leave": _("Leave ended"),
    "name_deputy": _("Deputy named for a leave"),
    "appoint_deputy": _("Standing deputy appointed"),
    "release_deputy": _("Standing deputy released"),
    "delegate": _("Acts delegated"),
    "revoke_delegation": _("Delegation revoked"),
    "reassign": _("Moved to another post"),
    "set_scope": _("Scope of a post changed"),
    "save_rule": _("Assignment rule saved"),
    "move_rule": _("Assignment rule moved"),
    "switch_rule": _("Assignment rule switched on or off"),
    "delete_rule": _("Assignment rule deleted"),
    "correct_contact": _("Contact data corrected by the applicant"),
}


def event(verb: str) -> str:
    """What an event is called; its own word where the desk has none."""
    return str(EVENT.get(verb, verb))


def tag(key: str) -> str:
    """A tag of the work list in words."""
    if key.startswith("reviews:"):
        return str(_WAITING % {"count": int(key[8:])})
    if key.startswith("deputy:"):
        return str(_STOOD_IN % {"name": key[7:]})
    return str(TAG.get(key, key))


def clock_name(key: str, names: Mapping[str, str]) -> str:
    """A clock in words; ``names`` are those of the reviews, by ``review:<key>``."""
    return names.get(key) or str(CLOCK.get(key, key))


def refusal(error: DomainError) -> str:
    """Why a verb is off, as one sentence in the reader's language."""
    return say(error.message, error.params)


def remedy(error: DomainError) -> str:
    """What would make it possible."""
    return say(error.remedy, error.params)


def with_remedy(error: DomainError) -> str:
    """A refusal and its remedy in one line."""
    return joined(refusal(error), remedy(error))


def fault(error: FieldError) -> str:
    """One wrong entry as a sentence, with what to do about it."""
    return joined(say(error.message, error.params), say(error.remedy, error.params))


def finding(found: Finding) -> str:
    """A finding of the consistency rules with its remedy."""
    return joined(say(found.message, found.params), say(found.remedy, found.params))


def joined(*parts: str) -> str:
    """Sentences one after another; Chinese has no space between them."""
    return ("" if is_chinese() else " ").join(part for part in parts if part)


def when(line: str | int) -> str:
    """A job's schedule in words; a line that is neither known nor daily stands as it is."""
    text = str(line)
    if text in WHEN:
        return str(WHEN[text])
    parts = text.split()
    if len(parts) == 5 and parts[2:] == ["*", "*", "*"] and parts[0].isdigit() and parts[1].isdigit():
        return str(WHEN_DAILY % {"time": f"{int(parts[1]):02d}:{int(parts[0]):02d}"})
    return text


ALERT = {
    Kind.STATUTORY_LATE: _("Past the statutory limit"),
    Kind.COMPLETENESS_LATE: _("No answer within five working days"),
    Kind.CERTIFICATE_LATE: _("Certificate late"),
    Kind.REVIEW_LATE: _("Opinion late"),
    Kind.PROMISE_LATE: _("Past the promised limit"),
    Kind.DEEMED_ACCEPTED: _("Deemed accepted"),
    Kind.DUE_SOON: _("Due soon"),
}
ALERT_MEANS = {
    Kind.STATUTORY_LATE: _("The law's limit has passed. Decide now and state the reason for the delay."),
    Kind.COMPLETENESS_LATE: _("The application counts as accepted since its receipt."),
    Kind.CERTIFICATE_LATE: _("Ten working days after the decision the certificate is not delivered."),
    Kind.REVIEW_LATE: _("A department has not given its opinion within its own limit."),
    Kind.PROMISE_LATE: _("Our own promise has passed; the law's limit has not."),
    Kind.DEEMED_ACCEPTED: _("Nobody answered within five working days, so the law accepted the application."),
    Kind.DUE_SOON: _("Three working days or fewer are left on a clock."),
}
CRON = {
    "seals": _("Seal the records"),
    "seals-full": _("Check every chain and seal"),
    "orphan-files": _("Clear uploads nobody refers to"),
    "sweep": _("Deemed acceptances, closings, reminders"),
    "alerts": _("Raise alerts"),
    "catalogue-lists": _("Refresh the item lists"),
    "office-files": _("Convert office files that had to wait"),
    "prune-tasks": _("Clear finished tasks"),
    "retention": _("Delete what has been kept long enough"),
}
#: When scheduled jobs run, by the five fields of their line.
WHEN = {
    "*/5 * * * *": _("every 5 minutes"),
    "5 * * * *": _("every hour, at minute 5"),
}
WHEN_DAILY = _("every day at %(time)s")
SOURCE = {"": _("All"), "bundled": _("Handled here"), "imported": _("Imported lists")}
VERSION = {
    "draft": _("Draft"),
    "withdrawn": pgettext_lazy("version", "Withdrawn"),
    "future": _("Not in force yet"),
    "current": _("In force"),
    "past": _("No longer in force"),
}
TRANSITION = {
    "continue": _("go on under their own version"),
    "convert": _("are converted to this version"),
    "terminate": _("are terminated"),
}
TASK = {
    "render_document": _("Typeset and sign a notice"),
    "mail_document": _("Tell of a notice"),
    "deliver": _("Send a message"),
    "record_service_of": _("Record service"),
    "mail_reminder": _("Send a reminder"),
    "mail_question_reminder": _("Send a reminder"),
    "write_export": _("Write a list as a workbook"),
    "make_file": _("Make and sign a licence"),
    "run_cron": _("Run a scheduled job"),
}
COLUMN = {
    "name": pgettext_lazy("item", "Name"),
    "code": _("Code"),
    "authority": _("Authority"),
    "themes": _("Themes"),
    "service_objects": _("For whom"),
    "materials": _("Materials"),
    "statutory": _("Statutory limit"),
    "promised": _("Promised limit"),
    "task_type": _("Kind"),
    "level": _("Level"),
}
VERSION_TITLE = _("Version %(number)s")
FINDING = {
    None: _("not looked at"),
    True: pgettext_lazy("check point", "Met"),
    False: pgettext_lazy("check point", "Not met"),
}
