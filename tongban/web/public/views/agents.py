"""企业经办人: the enterprise's list of agents, appointing one, ending an authority and handing over the work."""

from __future__ import annotations

from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongban.accounts import queries as accounts
from tongban.accounts import services
from tongban.accounts.queries import AgencyView, PowerView
from tongban.cases import services as cases
from tongban.catalogue import queries as catalogue
from tongban.catalogue.views import Filters
from tongban.core.actors import Actor
from tongban.core.agency import State
from tongban.core.errors import Invalid, NotFound, gettext_noop
from tongban.core.numbers import page_number
from tongban.records import queries as records
from tongban.web.agentwords import STATES
from tongban.web.public.agent_forms import Appoint, EndAgent, UploadScan
from tongban.web.public.people import View, applicant_page
from tongban.web.public.serving import inline
from tongban.web.public.wording import today
from tongban.web.wording import say

#: Items offered for choosing; a district has fewer that can be applied for.
MOST_ITEMS = 500


def enterprise_page(view: View) -> View:
    """Only for the enterprise's own account; for everybody else there is nothing there."""

    def with_enterprise(
        request: HttpRequest, actor: Actor, enterprise: int, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        return view(request, actor, accounts.enterprise_view(actor, enterprise), *args, **kwargs)

    return wraps(view)(applicant_page(with_enterprise))


@enterprise_page
@require_safe
def listing(request: HttpRequest, actor: Actor, enterprise: AgencyView) -> HttpResponse:
    """Every authority with its state, newest first; search and pages when there are many."""
    state, search = request.GET.get("state", ""), request.GET.get("q", "").strip()[:100]
    state = state if state in set(State) else ""
    number = page_number(request.GET.get("page"))
    page = accounts.powers(actor, enterprise.id, timezone.now(), state=state, search=search, page=number)
    context = {
        "enterprise": enterprise,
        "page": page,
        "states": [(key, words) for key, (words, _kind) in STATES.items()],
        "state": state,
        "q": search,
        "narrowed": bool(state or search),
    }
    return render(request, "public/agents/list.html", context)


@enterprise_page
@require_http_methods(["GET", "HEAD", "POST"])
def appoint(request: HttpRequest, actor: Actor, enterprise: AgencyView) -> HttpResponse:
    """Fill in, read the document as it will be signed, sign. What was entered goes along all the way."""
    step = request.POST.get("step", "check")
    form = Appoint(request.POST if request.method == "POST" else None, items=_items(), today=today())
    if request.method != "POST" or step == "change":
        return _form(request, enterprise, form, 200)
    if not form.is_valid():
        return _form(request, enterprise, form, 422)
    entry = {
        "applicant_id": enterprise.id,
        "terms": form.terms(),
        "handle": form.cleaned_data["handle"],
        "items": form.named(),
        "actor": actor,
        "now": timezone.now(),
    }
    try:
        drawn = services.draw_up(**entry)
    except Invalid as error:
        form.take(_placed(error))
        return _form(request, enterprise, form, 422)
    context = {"enterprise": enterprise, "form": form, "entered": form.entered(), "drawn": drawn.document}
    if step != "sign":
        return render(request, "public/agents/sign.html", context)
    try:
        power = services.appoint(**entry, signature=request.POST.get("signature", ""))
    except Invalid as error:
        context |= {"errors": error.errors, "signature": request.POST.get("signature", "")}
        return render(request, "public/agents/sign.html", context, status=422)
    messages.success(request, _("Signed. Now tell the agent the code."))
    return redirect("public:agent", enterprise.id, power)


def _placed(error: Invalid) -> list[Any]:
    """The service calls the items by another name than the form, which also asks whether to choose at all."""
    return [replace(each, field="chosen") if each.field == "items" else each for each in error.errors]


def _items() -> dict[str, str]:
    """Items that can be applied for here: key → name."""
    found = catalogue.items_list(Filters(appliable=True), per_page=MOST_ITEMS).items
    return {item.key: item.name for item in found}


def _form(request: HttpRequest, enterprise: AgencyView, form: Appoint, status: int) -> HttpResponse:
    return render(request, "public/agents/appoint.html", {"enterprise": enterprise, "form": form}, status=status)


@enterprise_page
@require_safe
def one(request: HttpRequest, actor: Actor, enterprise: AgencyView, power: int) -> HttpResponse:
    """One authority: the document, its state, the code for the agent, what the agent has in hand."""
    now = timezone.now()
    return _one(request, actor, enterprise, accounts.power(actor, enterprise.id, power, now), UploadScan(), 200)


def _one(
    request: HttpRequest, actor: Actor, enterprise: AgencyView, found: PowerView, form: UploadScan, status: int
) -> HttpResponse:
    plan = _in_hand(actor, enterprise, found, "")
    context = {"enterprise": enterprise, "power": found, "in_hand": plan.count if plan else 0, "form": form}
    return render(request, "public/agents/one.html", context, status=status)


@enterprise_page
@require_http_methods(["GET", "HEAD", "POST"])
def scan(request: HttpRequest, actor: Actor, enterprise: AgencyView, power: int) -> HttpResponseBase:
    """The authority as it was signed on paper; posted, a scan is added or takes the place of the one before."""
    now = timezone.now()
    found = accounts.power(actor, enterprise.id, power, now)
    if request.method != "POST":
        return power_scan(found)
    form = UploadScan(request.POST, request.FILES)
    if not form.is_valid():
        return _one(request, actor, enterprise, found, form, 422)
    upload = form.cleaned_data["file"]
    try:
        cases.add_power_scan(
            applicant_id=enterprise.id, power=power, name=upload.name, content=upload.read(), actor=actor, now=now
        )
    except Invalid as error:
        form.take(error.errors, say(error.message, error.params))
        return _one(request, actor, enterprise, found, form, error.status)
    messages.success(request, _("The scan is kept. The agent and the officers of its cases can see it."))
    return redirect("public:agent", enterprise.id, power)


def power_scan(power: PowerView) -> FileResponse:
    """The scan of an authority that the reader may see."""
    if not power.scan_id:
        raise NotFound(
            gettext_noop("No scan of this authority was added."),
            remedy=gettext_noop("The enterprise adds it on the page of the authority."),
        )
    return inline(records.file_info(power.scan_id), records.open_file(power.scan_id))


def _in_hand(actor: Actor, enterprise: AgencyView, power: PowerView, to: str) -> cases.Plan | None:
    if not power.agent:
        return None
    return cases.plan_replacement(applicant_id=enterprise.id, agent=power.agent, to=to, actor=actor, now=timezone.now())


@enterprise_page
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, actor: Actor, enterprise: AgencyView, power: int) -> HttpResponse:
    """End an authority, or only hand over what an agent left behind: choose who takes over, look, confirm."""
    now = timezone.now()
    found = accounts.power(actor, enterprise.id, power, now)
    takers = accounts.takers(actor, enterprise.id, now, apart_from=found.agent) if found.agent else []
    own = _("The enterprise itself (%(name)s)") % {"name": enterprise.name}
    posted = request.POST if request.method == "POST" else None
    form = EndAgent(posted, takers=takers, own=own, initial={"to": request.GET.get("to", "")})
    if form.is_bound and not form.is_valid():
        return _end_page(request, enterprise, found, form, None, 422)
    to = form.cleaned_data["to"] if form.is_bound else ""
    if not form.is_bound or request.POST.get("step") != "confirm":
        plan = _in_hand(actor, enterprise, found, to)
        return _end_page(request, enterprise, found, form, plan, 200)
    done = cases.replace_agent(
        applicant_id=enterprise.id,
        power=power,
        to=to,
        actor=actor,
        now=now,
        revoke=found.standing,
        reason=form.cleaned_data["reason"],
    )
    names = {row.agent: row.agent_name for row in takers}
    said = _("The authority has ended.") if found.standing else _("Handed over.")
    if done.count:
        moved = _("%(n)s drafts and cases are now with %(name)s.")
        said = f"{said} {moved % {'n': done.count, 'name': names.get(to, enterprise.name)}}"
    messages.success(request, said)
    return redirect("public:agent", enterprise.id, power)


def _end_page(
    request: HttpRequest, enterprise: AgencyView, power: PowerView, form: EndAgent, plan: cases.Plan | None, status: int
) -> HttpResponse:
    shown = form.is_bound and form.is_valid()
    context = {"enterprise": enterprise, "power": power, "form": form, "plan": plan, "previewed": shown}
    if shown:
        context["entered"] = [("to", form.cleaned_data["to"]), ("reason", form.cleaned_data["reason"])]
        context["taker"] = dict(form.fields["to"].choices)[form.cleaned_data["to"]]  # type: ignore[attr-defined]
    return render(request, "public/agents/end.html", context, status=status)


@enterprise_page
@require_safe
def file(request: HttpRequest, actor: Actor, enterprise: AgencyView, power: int) -> FileResponse:
    """The authority as PDF."""
    return power_file(request, accounts.power(actor, enterprise.id, power, timezone.now()))


def power_file(request: HttpRequest, power: PowerView) -> FileResponse:
    """The PDF of an authority that the reader may see."""
    if not power.file_id:
        raise NotFound(
            gettext_noop("The file of this authority is not made yet."),
            remedy=gettext_noop("It is made within a minute after the agent accepts; open this page again."),
        )
    info = records.file_info(power.file_id)
    return inline(info, records.open_file(power.file_id), download="download" in request.GET)
