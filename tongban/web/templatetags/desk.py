"""Words and addresses of the desk for its templates: ``{% load desk %}``."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from tongban.cases.queries.views import ConsultationView, DeskCaseView, StoryEntry
from tongban.catalogue.views import VersionView
from tongban.core.errors import DomainError
from tongban.core.items_check import Finding
from tongban.web.desk import wording
from tongban.web.desk.sheet import question_url
from tongban.web.templatetags import tb
from tongban.web.wording import say

register = template.Library()

for _name, _labels in (
    ("stage_label", {**wording.STATUS, **wording.STAGE}),
    ("duty_label", wording.DUTY),
    ("outcome_label", wording.OUTCOME),
    ("point_state", wording.POINT_STATE),
    ("status_label", wording.STATUS),
    ("verb_label", wording.VERB),
    ("version_label", wording.VERSION),
    ("alert_label", wording.ALERT),
    ("transition_label", wording.TRANSITION),
    ("column_label", wording.COLUMN),
    ("list_column", wording.LIST_COLUMN),
):
    register.filter(_name, lambda key, labels=_labels: labels.get(str(key), key))


@register.filter
def entry(table: Mapping[str, str], key: str) -> str:
    """What ``table`` says of ``key``; the key itself where it says nothing."""
    return table.get(key, key)


@register.filter
def level_label(level: int) -> str:
    """行使层级 in words."""
    return str(wording.LEVEL.get(level, level))


@register.filter
def tag_label(key: str) -> str:
    """A tag of the work list."""
    return wording.tag(key)


@register.filter
def clock_short(key: str) -> str:
    """Which clock a row of the work list shows, in a word."""
    return str(wording.CLOCK_SHORT.get("review" if key.startswith("review:") else key, ""))


@register.filter
def tag_kind(key: str) -> str:
    """The colour of a tag."""
    if key.startswith("deputy:"):
        return "brand"
    return {
        "deemed": "late",
        "instant": "brand",
        "correcting": "pause",
        "clarifying": "pause",
        "renewal": "warn",
        "twin": "warn",
        "consulting": "pause",
        "advised": "ok",
    }.get(key, "")


@register.filter
def consultation_label(state: str) -> str:
    """Where a question to a department stands."""
    return str(wording.CONSULTATION[state])


@register.simple_tag
def question_verbs(case: DeskCaseView, question: ConsultationView) -> list[tuple[str, str]]:
    """What the reader can do now on one question to a department: label and address."""
    verbs = ("answer_consultation", "take_back_answer", "withdraw_consultation")
    on = [verb for verb in verbs if case.actions.get(f"{verb}:{question.number}", question) is None]
    return [(str(wording.VERB[verb]), question_url(case.number, verb, question.number)) for verb in on]


@register.filter
def sentence(entry: StoryEntry) -> str:
    """What happened, in words."""
    return say(entry.text, entry.params)


@register.filter
def why(error: DomainError | None) -> str:
    """A refusal with its remedy."""
    return wording.with_remedy(error) if error else ""


@register.simple_tag
def ledger_url(number: str, clock: str = "") -> str:
    """The ledger of a case's clock."""
    address = reverse("desk:ledger", args=[number])
    return f"{address}?clock={clock}" if clock else address


@register.filter
def in_words(text: str) -> str:
    """A source string of a lower room, translated."""
    return gettext(text) if text else ""


@register.filter
def finding_words(found: Finding) -> str:
    """A finding of the consistency rules with its remedy."""
    return wording.finding(found)


@register.filter
def version_title(version: VersionView) -> str:
    """第2版."""
    return str(wording.VERSION_TITLE % {"number": version.number})


@register.filter
def task_name(path: str) -> str:
    """A task in words; its dotted name where it has none."""
    return str(wording.TASK.get(path.rpartition(".")[2], path))


@register.simple_tag
def source(text: str) -> SafeString | str:
    """What a point or limit rests on: a provision speaks in the law's voice, a material or our own promise in ours."""
    if "《" not in text:
        return format_html('<span class="tb-mute">{}</span>', text)
    return tb.law(text)


@register.inclusion_tag("components/tag.html")
def finding_tag(met: bool | None) -> dict[str, object]:
    """A finding on a check point as a tag."""
    kinds = {None: ("", ""), True: ("ok", "check"), False: ("warn", "x")}
    kind, icon = kinds[met]
    return tb.tag(wording.FINDING[met], kind=kind, icon=icon)
