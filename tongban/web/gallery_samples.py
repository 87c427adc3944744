"""Invented values for the component gallery. No person, firm or number in here exists."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongban.calendars.seed import bundled
from tongban.core.actors import Duty
from tongban.core.clock import ClockFacts, Ground, Limit, Pause, Reading, StartEvent, Unit, read
from tongban.core.errors import Refused, gettext_noop
from tongban.core.items import InspectionSpec, LimitSpec, Procedure, ReviewSpec, SpecialProcedure, StepSpec
from tongban.core.law import Citation
from tongban.web.errors import Trouble, of_domain_error

SHANGHAI = ZoneInfo("Asia/Shanghai")
CITATION = Citation("licensing", 32, 1, 4)
#: Background and text variables of the swatches, with what they are for.
SWATCHES = (
    ("ink", _("Text"), "ink / bg", "16.5 · 16.0"),
    ("ink-2", _("Secondary text"), "ink-2 / bg", "10.1 · 11.6"),
    ("ink-3", _("Remarks"), "ink-3 / bg", "6.2 · 8.1"),
    ("brand", _("Brand"), "brand / tint-2", "8.1 · 6.9"),
    ("link", _("Link"), "link / bg", "6.9 · 9.1"),
    ("fill", _("Main button"), "on-fill / fill", "9.8 · 5.2"),
    ("deep", _("Deep masthead"), "on-deep / deep", "12.7 · 18.6"),
    ("law", _("Law"), "law / bg", "7.5 · 9.0"),
    ("late", _("Late"), "on-late / late", "7.5 · 5.2"),
    ("warn", _("Attention"), "warn / warn-tint", "7.9 · 9.2"),
    ("ok", _("Done"), "ok / ok-tint", "6.0 · 8.2"),
    ("focus", _("Focus"), "focus-ink / focus", "11.4 · 11.4"),
)
PINS = [{"n": 1, "page": 1, "x": 380, "y": 560}, {"n": 2, "page": 1, "x": 900, "y": 580}]


class EntryForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label=_("Name of the firm"), help_text=_("As on the business licence."), max_length=100)
    uscc = forms.RegexField(
        label=_("Unified social credit code"),
        regex=r"^[0-9A-Z]{18}$",
        error_messages={"invalid": _("The code has 18 characters; please compare it with the licence")},
        widget=forms.TextInput(attrs={"width": "20", "spellcheck": "false"}),
    )
    area = forms.DecimalField(
        label=_("Area of the workshop"),
        error_messages={"invalid": _("Write the area as a number, for example 240")},
        widget=forms.NumberInput(attrs={"unit": "m²", "width": "5"}),
    )
    since = forms.DateField(label=_("In use since"), widget=forms.DateInput())
    delivery = forms.ChoiceField(
        label=_("How it reaches you"),
        choices=[("e", _("Electronic licence only")), ("post", _("By post")), ("window", _("At the window"))],
        widget=forms.RadioSelect(),
    )
    premises = forms.ChoiceField(
        label=_("The workshop is"),
        choices=[("own", _("our own")), ("rented", _("rented"))],
        widget=forms.RadioSelect(attrs={"kind": "segments"}),
    )
    products = forms.MultipleChoiceField(
        label=_("Products"),
        choices=[("a", _("Disinfectants")), ("b", _("Disinfection devices")), ("c", _("Hygiene articles"))],
        widget=forms.CheckboxSelectMultiple(),
        required=False,
    )
    district = forms.ChoiceField(
        label=_("Sub-district"), choices=[("", _("Please choose")), ("1", "新港街道"), ("2", "紫云园社区")]
    )
    remark = forms.CharField(
        label=_("Anything else"), widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=500
    )
    true_words = forms.BooleanField(label=_("What is written above is true"))


GOOD_ENTRIES = {
    "name": "津滨澄岳环保科技有限公司",
    "uscc": "91120116MA00000000",
    "area": "240",
    "since": date(2026, 3, 1),
    "delivery": "e",
    "premises": "rented",
    "products": ["a", "c"],
    "district": "1",
    "remark": "二层检验室另有入口。",
}
WRONG_ENTRIES = {**GOOD_ENTRIES, "uscc": "91120116MA", "area": "二百四", "since": "", "delivery": "", "district": ""}


def _limit(value: int) -> Limit:
    return Limit(value, Unit.WORKING_DAY, StartEvent.ACCEPTANCE, "《行政许可法》第四十二条")


@cache
def paused_reading() -> Reading:
    """Testing, two public holidays and three make-up days in one clock, read on 13 October 2026."""
    pause = Pause(date(2026, 9, 22), date(2026, 9, 28), Ground.TESTING, date(2026, 9, 30))
    return read(_limit(15), ClockFacts(date(2026, 9, 15), (pause,)), bundled(), date(2026, 10, 13))


@cache
def provisional_reading() -> Reading:
    """A clock that runs past the published calendar."""
    return read(_limit(15), ClockFacts(date(2026, 12, 22)), bundled(), date(2026, 12, 29))


@cache
def readings() -> list[tuple[str, Reading]]:
    """One reading of every colour."""
    calendar = bundled()
    start, day = date(2026, 9, 15), date(2026, 10, 13)
    pause = Pause(date(2026, 9, 29), None, Ground.EXPERT_REVIEW, date(2026, 10, 30))
    return [
        ("normal", read(_limit(25), ClockFacts(start), calendar, day)),
        ("soon", paused_reading()),
        ("late", read(_limit(15), ClockFacts(start), calendar, day)),
        ("paused", read(_limit(20), ClockFacts(start, (pause,)), calendar, day)),
        ("met", read(_limit(20), ClockFacts(start, stopped=date(2026, 9, 28)), calendar, day)),
        ("provisional", provisional_reading()),
        ("not started", read(_limit(20), ClockFacts(None), calendar, day)),
    ]


def refusal() -> Refused:
    """A refusal with remedy and rule."""
    return Refused(
        gettext_noop("You cannot decide: you accepted this case, and the two are done by different persons."),
        remedy=gettext_noop("Hand it on to another decision maker."),
        rule=Citation("licensing", 34, 3),
    )


def trouble() -> Trouble:
    """The same as the note of an error."""
    return of_domain_error(refusal())


def steps() -> list[dict[str, str]]:
    """A case in review."""
    return [
        {"label": gettext("Submitted"), "state": "done", "note": "9月9日"},
        {"label": gettext("Accepted"), "state": "done", "note": "9月15日"},
        {"label": gettext("Review"), "state": "current", "note": "2/3"},
        {"label": gettext("Decision"), "state": "todo", "note": "10月16日"},
        {"label": gettext("Certificate"), "state": "todo", "note": ""},
        {"label": gettext("Delivery"), "state": "todo", "note": ""},
    ]


def stopped_steps() -> list[dict[str, str]]:
    """A case that was withdrawn."""
    return [
        {"label": gettext("Submitted"), "state": "done", "note": "9月9日"},
        {"label": gettext("Accepted"), "state": "done", "note": "9月15日"},
        {"label": gettext("Withdrawn"), "state": "stopped", "note": "9月20日"},
    ]


def story() -> list[dict[str, object]]:
    """Three events, newest first."""
    return [
        {"at": datetime(2026, 10, 12, 16, 20, tzinfo=SHANGHAI), "title": "市场监管审查通过", "text": "意见：同意。"},
        {
            "at": datetime(2026, 9, 28, 15, 30, tzinfo=SHANGHAI),
            "title": "检测结果收到，恢复计时",
            "text": "暂停4个工作日不计入时限。",
            "rule": Citation("licensing", 45),
        },
        {
            "at": datetime(2026, 9, 11, 14, 0, tzinfo=SHANGHAI),
            "title": "一次性补正告知",
            "text": "共2处。",
            "url": "#story",
            "url_text": "补正告知书",
            "actor": "林越",
        },
    ]


def tasks() -> list[dict[str, str]]:
    """A task in every state."""
    return [
        {"label": "产品类别与厂房情形", "url": "#tasks", "state": "done", "hint": "消毒剂，租用厂房"},
        {"label": "车间与产能", "url": "#tasks", "state": "error", "hint": "有2处要改"},
        {"label": "上传4份材料", "url": "#tasks", "state": "doing", "hint": "已传2份"},
        {"label": "拟生产产品目录", "url": "#tasks", "state": "todo"},
        {"label": "核对、签名、提交", "state": "locked", "hint": "前面各项完成后可以进入"},
    ]


def answers() -> list[dict[str, object]]:
    """Rows of a check-answers page."""
    return [
        {"key": "名称", "value": "津滨澄岳环保科技有限公司", "note": "登记信息"},
        {"key": "统一社会信用代码", "value": "91120116MA0******X", "mono": True, "note": "登记信息"},
        {"key": "车间面积", "value": "240平方米", "url": "#answers"},
    ]


def files() -> list[dict[str, object]]:
    """Two sent files."""
    return [
        {
            "name": "厂区总平面图.pdf",
            "size": 2_202_009,
            "pages": 3,
            "kind": "PDF",
            "url": "#files",
            "remove_url": "/components/",
        },
        {"name": "车间二层.jpg", "size": 860_000, "kind": "JPG", "note": "文字清晰", "remove_url": "/components/"},
    ]


def _spec(value: int) -> LimitSpec:
    return LimitSpec(value, Unit.WORKING_DAY, StartEvent.ACCEPTANCE, "本机关承诺")


def _step(duty: Duty, value: int) -> StepSpec:
    return StepSpec(organisation="authority", duty=duty, limit=_spec(value))


PROCEDURE = Procedure(
    completeness=_step(Duty.WINDOW, 5),
    reviews=(
        ReviewSpec("health", "卫生审查", "health", _spec(10), officers=2),
        ReviewSpec("environment", "生态环境", "environment", _spec(10)),
        ReviewSpec("market", "市场监管", "market", _spec(10)),
    ),
    inspection=InspectionSpec("health"),
    decision=_step(Duty.DECISION_MAKER, 3),
    certificate=_step(Duty.CERTIFICATE_CLERK, 2),
    delivery=_step(Duty.CERTIFICATE_CLERK, 2),
)
SPECIAL = (SpecialProcedure(Ground.TESTING, "《消毒管理办法》", 5),)
FILING = Procedure(completeness=_step(Duty.WINDOW, 1), decision=_step(Duty.WINDOW, 1))
