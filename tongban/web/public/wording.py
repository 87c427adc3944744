"""Words that several pages of the portal share: statuses in plain words, names of clocks, dates, errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _

from tongban.core.clock import Limit, Unit
from tongban.core.dates import legal_date
from tongban.core.errors import FieldError
from tongban.core.forms import PARTS, fields_of
from tongban.core.items import FormField, FormPage
from tongban.web.language import is_chinese
from tongban.web.wording import say

#: Status → tag, tag's colour.
STATUS_TAGS: Mapping[str, tuple[str, str]] = {
    "received": (_("Application received"), "brand"),
    "accepted": (_("Under review"), "solid"),
    "granted": (_("Granted"), "ok"),
    "certified": (_("Certificate made"), "ok"),
    "completed": (_("All done"), "ok"),
    "refused": (_("Refused"), "plain"),
    "not_required": (_("No licence needed"), "plain"),
    "not_accepted": (_("Not accepted"), "plain"),
    "withdrawn": (_("Withdrawn"), "plain"),
    "terminated": (_("Terminated"), "plain"),
    "lapsed": (_("Closed"), "plain"),
}
STEP_NAMES: Mapping[str, str] = {
    "submit": _("Submit"),
    "accept": _("Acceptance"),
    "review": _("Review"),
    "decide": _("Decision"),
    "certificate": _("Certificate"),
    "deliver": _("Delivery"),
}
CLOCK_NAMES: Mapping[str, str] = {
    "completeness": _("Completeness check"),
    "statutory": _("Statutory limit"),
    "promised": _("Promised limit"),
    "certificate": _("Making the certificate"),
}
DUE_NAMES: Mapping[str, str] = {
    "completeness": _("Reply due"),
    "statutory": _("Statutory due date"),
    "promised": _("Promised due date"),
    "certificate": _("Certificate due"),
}
#: Words of the ledger's cells.
EVENT_NAMES = (_("received"), _("corrected"), _("accepted"), _("decided"), _("delivered"))
DUTY_NAMES: Mapping[str, str] = {
    "window": _("intake post"),
    "reviewer": _("review post"),
    "inspector": _("inspection post"),
    "decision_maker": _("decision post"),
    "agency_head": _("agency head"),
    "government_head": _("government head"),
    "certificate_clerk": _("certificate post"),
}


def limit_text(limit: Limit | None) -> str:
    """A limit in words: 20个工作日."""
    if limit is None:
        return ""
    return limit_words(limit.value, limit.unit)


def limit_words(value: int, unit: Unit) -> str:
    """Number and unit of a limit in words."""
    if unit is Unit.ON_THE_SPOT or (value == 0 and unit is not Unit.HOUR):
        return gettext("on the spot")
    return count_words(value, unit)


def count_words(value: int, unit: Unit) -> str:
    """So many units of a clock. A limit in months or years is counted in days."""
    if unit is Unit.WORKING_DAY or unit is Unit.ON_THE_SPOT:
        return ngettext("%(count)s working day", "%(count)s working days", value) % {"count": value}
    if unit is Unit.HOUR:
        return ngettext("%(count)s hour", "%(count)s hours", value) % {"count": value}
    if unit is Unit.MONTH:
        return ngettext("%(count)s month", "%(count)s months", value) % {"count": value}
    if unit is Unit.YEAR:
        return ngettext("%(count)s year", "%(count)s years", value) % {"count": value}
    return ngettext("%(count)s day", "%(count)s days", value) % {"count": value}


def unit_name(unit: Unit) -> str:
    """The unit alone, to stand beside a figure."""
    names = {
        Unit.WORKING_DAY: gettext("working days"),
        Unit.CALENDAR_DAY: gettext("days"),
        Unit.HOUR: gettext("hours"),
        Unit.MONTH: gettext("months"),
        Unit.YEAR: gettext("years"),
        Unit.ON_THE_SPOT: gettext("on the spot"),
    }
    return names[unit]


def clock_name(key: str, names: Mapping[str, str]) -> str:
    """What a clock measures; ``names`` has the departments of the reviews."""
    if key in CLOCK_NAMES:
        return say(CLOCK_NAMES[key])
    return gettext("Review: %(name)s") % {"name": names.get(key, key.partition(":")[2])}


def due_name(key: str) -> str:
    """What the due date of a clock is called."""
    return say(DUE_NAMES.get(key, _("Review due")))


def field_errors(errors: Iterable[FieldError], fields: Iterable[FormPage | FormField] = ()) -> dict[str, list[str]]:
    """Errors by path, in words; the label of a compound's part gets the compound's own before it."""
    labels = {field.key: field for field in fields_of(fields)}
    out: dict[str, list[str]] = {}
    for error in errors:
        params = dict(error.params)
        head, dot, rest = error.field.partition(".")
        owner = labels.get(head)
        if owner is not None and dot and owner.kind in PARTS and rest in {part.key for part in PARTS[owner.kind]}:
            part = next(part for part in PARTS[owner.kind] if part.key == rest)
            params["label"] = f"{owner.label}·{say(part.label)}"
        said = say(error.message, params)
        remedy = say(error.remedy, params)
        out.setdefault(error.field, []).append(joined(said, remedy))
    return out


#: What ends a Chinese sentence or leads on to the next one.
ENDINGS = ("。", "？", "！", "；", "：", "，")


def joined(said: str, remedy: str) -> str:
    """Two sentences one after the other: a full stop between them in Chinese, a space in Latin script."""
    if not remedy:
        return said
    if not is_chinese():
        return f"{said} {remedy}"
    return f"{said}{remedy}" if said.endswith(ENDINGS) else f"{said}。{remedy}"


def today() -> date:
    """The legal date now."""
    return legal_date(timezone.now())
