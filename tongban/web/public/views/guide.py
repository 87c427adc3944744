"""The guide of an item: what it is, what it needs, how long it takes, on what law it rests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from tongban.accounts import queries as accounts
from tongban.cases import queries as cases
from tongban.catalogue import queries as catalogue
from tongban.catalogue.views import ItemView, VersionView
from tongban.core.errors import NotFound, gettext_noop
from tongban.core.items import ItemSpec, Material
from tongban.core.materials import APPLICANT, applies, limits_in_law
from tongban.web.public.people import actor_of
from tongban.web.public.pictures import qr_svg
from tongban.web.public.shared import same_for_all
from tongban.web.public.situations import Situation, entered, situation
from tongban.web.public.wording import limit_words, today, unit_name

_PUBLISHED = ("published", "withdrawn")


@require_safe
@same_for_all
def guide(request: HttpRequest, key: str) -> HttpResponse:
    """The guide in force today, or the version asked for; an imported item says why nobody can apply here yet."""
    item = catalogue.item(key)
    version = _version(request, key)
    if version is None:
        return render(
            request,
            "public/guide_listed.html",
            {"details": catalogue.published_details(key), "item": item, "missing": item.why_not_appliable, **_nav()},
        )
    return show_guide(request, item, version, _others(key, version))


def show_guide(
    request: HttpRequest,
    item: ItemView,
    version: VersionView,
    others: list[VersionView],
    *,
    preview: str = "",
    apply_address: str = "",
) -> HttpResponse:
    """The guide of ``version``.

    ``preview``: it is a draft, shown to its editors as readers would see it, and this is where they come from;
    ``apply_address`` then leads to the trial instead of the application.
    """
    spec = version.spec
    chosen = situation(spec, *entered(spec, request.GET), "" if preview else _applicant_kind(request))
    context = {
        "item": item,
        "version": version,
        "spec": spec,
        "missing": () if item.appliable or preview else item.why_not_appliable,
        "current": bool(preview) or _is_current(version),
        "preview": preview,
        "guide_address": request.path,
        "apply_address": apply_address or reverse("public:apply", args=[version.item_key]),
        "situation": chosen,
        "limits": _limits(spec, chosen),
        **_flow(spec, chosen),
        **_materials(request, version, chosen),
        **_nav(),
    }
    if request.headers.get("HX-Target") == "tailored":
        answer = render(request, "public/guide_tailored.html", context)
        # Reload, Back and a passed-on address find the same answers again.
        answer["HX-Replace-Url"] = _address(request, chosen)
        return answer
    context |= {"facts": facts(spec), "others": others, "basis": _basis(spec, version)}
    return render(request, "public/guide.html", context)


@require_safe
@same_for_all
def guide_print(request: HttpRequest, key: str) -> HttpResponse:
    """The same on paper, tailored as on the screen, with a QR code that leads back."""
    version = _version(request, key)
    if version is None:
        raise NotFound(
            gettext_noop("This item has no guide of its own yet."),
            remedy=gettext_noop("See what is published about it."),
        )
    chosen = situation(version.spec, *entered(version.spec, request.GET), _applicant_kind(request))
    context = {
        "version": version,
        "spec": version.spec,
        "situation": chosen,
        "facts": facts(version.spec),
        "basis": _basis(version.spec, version),
        "address": f"{settings.PUBLIC_BASE_URL}{reverse('public:guide', args=[key])}",
        "printed_on": today(),
        **_flow(version.spec, chosen),
        **_materials(request, version, chosen),
    }
    return render(request, "public/guide_print.html", context)


@require_safe
@cache_control(max_age=86400, public=True)
def guide_qr(request: HttpRequest, key: str) -> HttpResponse:
    """The address of the guide as a QR code."""
    catalogue.item(key)
    return qr_svg(f"{settings.PUBLIC_BASE_URL}{reverse('public:guide', args=[key])}")


def _nav() -> dict[str, str]:
    return {"nav": "items"}


def _applicant_kind(request: HttpRequest) -> str:
    """What all applicants of the signed-in account are, so that the guide can leave out what is for others."""
    actor = actor_of(request)
    if actor is None or actor.is_staff:
        return ""
    kinds = {applicant.kind for applicant in accounts.applicants_of(actor)}
    return kinds.pop() if len(kinds) == 1 else ""


def _version(request: HttpRequest, key: str) -> VersionView | None:
    """The version asked for by number or date, else the one in force today; ``None`` if there has never been one."""
    published = [item for item in catalogue.versions(key) if item.status in _PUBLISHED]
    number = request.GET.get("version", "")
    if number:
        found = next((item for item in published if str(item.number) == number), None)
        if found is None:
            raise NotFound(
                gettext_noop("This item has no version %(number)s."),
                remedy=gettext_noop("Choose one of the versions listed on the guide page."),
                params={"number": number[:10]},
            )
        return found
    try:
        return catalogue.version_in_force(key, today())
    except NotFound:
        return published[0] if published else None


def _is_current(version: VersionView) -> bool:
    now = today()
    return version.effective_from <= now and (version.effective_to is None or version.effective_to >= now)


def _others(key: str, shown: VersionView) -> list[VersionView]:
    return [item for item in catalogue.versions(key) if item.status in _PUBLISHED and item.id != shown.id]


def _basis(spec: ItemSpec, version: VersionView) -> list[Any]:
    """The provisions in force on the version's days: what ended before it began is left out."""
    on: date = max(version.effective_from, min(today(), version.effective_to or date.max))
    return [item for item in spec.legal_basis if item.effective_to is None or item.effective_to >= on]


def facts(spec: ItemSpec) -> dict[str, Any]:
    """The four figures on top: limit, visits, cost, validity."""
    promised, statutory = spec.promised_limit, spec.statutory_limit
    same_unit = promised.unit is statutory.unit
    validity = spec.result.validity
    return {
        "promised": promised,
        "promised_unit": unit_name(promised.unit),
        "on_the_spot": promised.value == 0 or promised.unit.value == "on_the_spot",
        "statutory": limit_words(statutory.value, statutory.unit),
        "shorter": statutory.value - promised.value if same_unit else 0,
        "share": promised.value if same_unit else 0,
        "of": statutory.value if same_unit else 0,
        "validity": validity,
        "validity_unit": unit_name(validity.unit),
    }


def _address(request: HttpRequest, chosen: Situation) -> str:
    """The page's own address with the answers that count; an older version stays the one that is read."""
    asked = QueryDict(chosen.query, mutable=True)
    if version := request.GET.get("version"):
        asked["version"] = version
    return f"{request.path}?{asked.urlencode()}" if asked else request.path


def _flow(spec: ItemSpec, chosen: Situation) -> dict[str, Any]:
    """The way and the limits of this situation; everything that may occur while questions are still open."""
    if not chosen.complete:
        return {
            "procedure": spec.procedure,
            "reviews": spec.procedure.reviews,
            "statutory": spec.statutory_limit,
            "limit_classes": spec.limit_classes,
        }
    return {
        "procedure": replace(spec.procedure, inspection=chosen.tailored.inspection),
        "reviews": chosen.tailored.reviews,
        "statutory": limits_in_law(spec, chosen.variant, chosen.answers)[0],
        # Nobody knows of an inspection yet, so a limit that rests on one stays in sight.
        "limit_classes": tuple(
            each
            for each in spec.limit_classes
            if each.after_inspection and applies(each.when, chosen.answers, chosen.variant)
        ),
    }


def _limits(spec: ItemSpec, chosen: Situation) -> dict[str, str]:
    """The limits of the class that this situation belongs to, in words; nobody knows of an inspection yet."""
    statutory, promised = limits_in_law(spec, chosen.variant, chosen.answers)
    return {
        "statutory": limit_words(statutory.value, statutory.unit),
        "promised": limit_words(promised.value, promised.unit),
    }


def _materials(request: HttpRequest, version: VersionView, chosen: Situation) -> dict[str, Any]:
    """The list of materials, with what we hold already marked for whoever is signed in."""
    actor = actor_of(request)
    held = {}
    if actor is not None and not actor.is_staff and _is_current(version):
        held = cases.licences_on_file(actor, version.item_key, timezone.now())
    rows = [_row(material, held) for material in chosen.tailored.materials]
    return {
        "materials": rows,
        "held": sum(1 for row in rows if row["state"] == "held"),
        "generated": sum(1 for row in rows if row["state"] == "generated"),
        "possible": chosen.possible,
        "paper_forms": catalogue.item_files(version.id),
    }


def _row(material: Material, held: Any) -> dict[str, Any]:
    row = {"material": material, "applicants": material.when.get(APPLICANT, ())}
    if material.key in held:
        return {**row, "state": "held", "licence": held[material.key]}
    if material.provider == "generated":
        return {**row, "state": "generated"}
    return {**row, "state": "needed" if material.required else "optional"}
