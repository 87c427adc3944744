"""The start page, and finding an item."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_safe

from tongban.catalogue import queries as catalogue
from tongban.catalogue.views import Filters, ItemView
from tongban.core.numbers import page_number
from tongban.web.public.forms import LookUp
from tongban.web.public.shared import same_for_all

#: The life of an enterprise in its order, each stage with the platform themes that belong to it.
STAGES: tuple[tuple[str, str, str], ...] = (
    (_("Prepare"), _("investment projects, approval or filing"), "投资审批"),
    (_("Build"), _("land, planning, construction"), "国土和规划建设"),
    (_("Qualify"), _("qualifications of the enterprise"), "资质认证"),
    (_("Operate"), _("licences to open and to trade"), "准营准办"),
    (_("Work safely"), _("safety, fire, dangerous goods"), "公安消防"),
    (_("Protect"), _("environment, green spaces"), "环保绿化"),
)
#: Events without an order: icon, name, platform theme.
EVENTS: tuple[tuple[str, str, str], ...] = (
    ("baby-carriage", _("Having a child"), "生育收养"),
    ("school", _("Going to school"), "教育科研"),
    ("certificate", _("Work and professions"), "职业资格"),
    ("heart-handshake", _("Getting married"), "婚姻登记"),
    ("home", _("A place to live"), "住房保障"),
    ("wheelchair", _("Social insurance"), "社会保障"),
    ("armchair", _("Retirement"), "离职退休"),
    ("feather", _("After a death"), "死亡殡葬"),
    ("report-medical", _("Health"), "医疗卫生"),
    ("truck", _("Roads and transport"), "交通运输"),
    ("shield-check", _("Public safety"), "公共安全"),
    ("plant-2", _("Farming and forestry"), "农林牧渔"),
)
MOST_EVENTS, MOST_ZERO, MOST_EXAMPLES = 8, 6, 4
ROW = 4
FACETS: tuple[tuple[str, str], ...] = (
    ("theme", _("Theme")),
    ("object", _("Who it is for")),
    ("task_type", _("Kind of item")),
    ("department", _("Authority")),
)
MOST_VALUES = 12


@require_safe
@same_for_all
def home(request: HttpRequest) -> HttpResponse:
    """One question, one field; look-up beside it."""
    themes = {facet.value: facet.count for facet in catalogue.facets("theme")}
    able = catalogue.items_list(Filters(appliable=True), per_page=100).items
    return render(
        request,
        "public/home.html",
        {
            "nav": "home",
            "look_up": LookUp(auto_id="home-%s"),
            "stages": [
                {"name": name, "about": about, "theme": theme, "count": themes[theme]}
                for name, about, theme in STAGES
                if themes.get(theme)
            ],
            "events": _events(themes),
            "zero": [item for item in able if item.visits == 0][:MOST_ZERO],
            "able": len(able),
            "hot": sorted(able, key=lambda item: len(item.name))[:MOST_EXAMPLES],
        },
    )


def _events(themes: dict[str, int]) -> list[dict[str, Any]]:
    """Events that have services, in full rows of the grid."""
    found = [
        {"icon": icon, "name": name, "theme": theme, "count": themes[theme]}
        for icon, name, theme in EVENTS
        if themes.get(theme)
    ][:MOST_EVENTS]
    return found[: len(found) // ROW * ROW] if len(found) > ROW else found


@require_safe
@same_for_all
def items(request: HttpRequest) -> HttpResponse:
    """Search and browse: words, facets, pages."""
    text = request.GET.get("q", "").strip()
    wanted = {kind: request.GET.get(kind, "")[:100] for kind, _label in FACETS}
    only = request.GET.get("only", "")
    filters = Filters(
        theme=wanted["theme"],
        object=wanted["object"],
        task_type=wanted["task_type"],
        department=wanted["department"],
        appliable=True if only == "appliable" else None,
    )
    page = catalogue.search(text, filters, page=page_number(request.GET.get("page")))
    return render(
        request,
        "public/items.html",
        {
            "nav": "items",
            "q": text,
            "page": page,
            "items": [_row(item) for item in page.items],
            "facets": [_facet(request, kind, label, wanted[kind], filters) for kind, label in FACETS],
            "only": only,
            "narrowed": bool(only or any(wanted.values())),
            "keep": {**{kind: value for kind, value in wanted.items() if value}, **({"only": only} if only else {})},
            "address": _address(request),
        },
    )


def _row(item: ItemView) -> dict[str, Any]:
    return {"item": item, "missing": item.why_not_appliable}


def _facet(request: HttpRequest, kind: str, label: str, chosen: str, filters: Filters) -> dict[str, Any]:
    values = catalogue.facets(kind, filters)[:MOST_VALUES]
    return {
        "kind": kind,
        "label": label,
        "chosen": next((value.label for value in values if value.value == chosen), chosen),
        "clear": _address(request, **{kind: ""}),
        "values": [
            {"label": value.label, "count": value.count, "address": _address(request, **{kind: value.value})}
            for value in values
            if value.value != chosen
        ],
    }


def _address(request: HttpRequest, **changes: str) -> str:
    """This page's query without the page number, with ``changes``; ready to have ``page=`` added."""
    query = request.GET.copy()
    query.pop("page", None)
    for key, value in changes.items():
        query.pop(key, None)
        if value:
            query[key] = value
    return "?" + query.urlencode()
