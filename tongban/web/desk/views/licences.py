"""Issued licences at the desk: the list, one licence with its history, and what is done with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.accounts.services import Seen, What, note
from tongban.core.dates import legal_date
from tongban.core.errors import DomainError, Invalid, NotFound, Refused, Stale
from tongban.core.licensing import corrected
from tongban.core.numbers import page_number
from tongban.core.register import scrubbed
from tongban.licences import content, services
from tongban.licences import queries as licences
from tongban.licences.queries import LicencePage, LicenceRow, Sought
from tongban.licences.states import ALONE, REPLACING, WITH_SECOND
from tongban.licences.values import LicenceView
from tongban.records import queries as records
from tongban.records.values import EventView
from tongban.web import dates, spreadsheets
from tongban.web.desk import licence_forms as forms
from tongban.web.desk import wording
from tongban.web.desk.access import DeskRequest, show_page, staff_page
from tongban.web.licencewords import (
    EVENT,
    MEANS,
    REQUEST_STATE,
    STANDINGS,
    VERB,
    VERSION_KIND,
    entry_name,
    ground_words,
    standing_name,
)
from tongban.web.public.serving import inline
from tongban.web.wording import say

#: Most lines of a list that is taken out at once.
MOST_OUT = 1000
STEPS = (*WITH_SECOND, *ALONE)


@require_safe
@staff_page()
def licences_list(request: DeskRequest) -> HttpResponse:
    """Licences of the region, narrowed by words, state and type; what waits at the own authority first in reach."""
    form, wanted = _wanted(request, request.GET)
    page = licences.sought(request.actor, wanted, legal_date(request.now), page_number(request.GET.get("page", "1")))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "found": page,
        "rows": _rows(page),
        "waiting": wanted.waiting,
        "waiting_count": licences.waiting_count(request.actor),
        "query": query.urlencode(),
        "most": MOST_OUT,
        "keeps_blanks": bool(REPLACING & request.actor.duties),
        "has_errors": form.errors,
    }
    return show_page(request, "desk/licences.html", context, nav="licences")


def _wanted(request: DeskRequest, params: QueryDict) -> tuple[forms.LicenceFilter, Sought]:
    form = forms.LicenceFilter(params, types=licences.types(request.actor))
    form.is_valid()
    waiting = params.get("waiting") == "1"
    return form, Sought(form.value("q").strip(), form.value("state"), form.value("type"), waiting)


def _rows(page: LicencePage) -> list[dict[str, Any]]:
    return [{"licence": each, "state": STANDINGS[each.standing], "asked": VERB.get(each.waiting)} for each in page.rows]


@require_POST
@staff_page()
def export(request: DeskRequest) -> HttpResponseBase:
    """The list as a workbook, names of persons masked; taking it out is an event, and each holder can see it."""
    query = request.POST.get("query", "")[:2000]
    _form, wanted = _wanted(request, QueryDict(query))
    rows = list(licences.every_sought(request.actor, wanted, legal_date(request.now), MOST_OUT))
    if not rows:
        raise Refused(
            gettext_noop("There is nothing in the list to take out."),
            remedy=gettext_noop("Go back and narrow the list less."),
        )
    actor, now = request.actor, request.now
    services.record_export(rows=len(rows), masked=True, narrowed=wanted.state or "-", actor=actor, now=now)
    seen = [Seen(each.applicant_id, each.number) for each in rows if each.applicant_id]
    note(actor=actor, what=What.EXPORT, seen=seen, now=now)
    title = gettext("Licences")
    heads = [gettext(head) for head in _HEADS]
    taken = gettext("For official use. Taken out by %(name)s, %(at)s; names of persons masked.") % {
        "name": actor.name,
        "at": f"{dates.as_date(now).isoformat()} {dates.clock_time(now)}",
    }
    return spreadsheets.workbook(title, taken, heads, (_line(each) for each in rows))


_HEADS = (
    gettext_noop("Number"),
    gettext_noop("Type"),
    gettext_noop("Holder"),
    gettext_noop("Issued by"),
    gettext_noop("State"),
    gettext_noop("Since"),
    gettext_noop("Valid until"),
    gettext_noop("Version"),
)


def _line(each: LicenceRow) -> tuple[Any, ...]:
    state = say(STANDINGS[each.standing][0])
    return (
        each.number,
        each.name,
        each.masked_holder,
        each.issuer,
        state,
        each.since,
        each.valid_to,
        each.version,
    )


@require_safe
@staff_page()
def licence(request: DeskRequest, licence_id: UUID) -> HttpResponse:
    """One licence: as registered, its versions and files, what is asked of it, what happened."""
    return _page(request, str(licence_id))


def _page(
    request: DeskRequest, licence_id: str, *, failed: str = "", form: Any = None, error: DomainError | None = None
) -> HttpResponse:
    """The page; after a refused answer with what was typed and what is wrong with it."""
    seen = licences.visible(licence_id, request.actor)
    if seen.applicant_id:
        looked = [Seen(seen.applicant_id, seen.number)]
        note(actor=request.actor, what=What.LICENCE, seen=looked, now=request.now)
    on = legal_date(request.now)
    name, kind, icon = STANDINGS[seen.standing(on)]
    ground, rule = ground_words(seen.state_ground, seen.state_kind)
    steps = [(key, VERB[key], services.act_refusal(licence_id, key, request.actor)) for key in STEPS]
    fitting = [each for each in steps if _fits(each[0], seen.state)]
    sheets = licences.sheets_of(licence_id)
    context = {
        "licence": seen,
        "rows": [(label, scrubbed(text)) for label, text in seen.rows],
        "standing": standing_name(seen.standing(on), seen.state_kind) or say(name),
        "kind": kind,
        "icon": icon,
        "ground": ground,
        "ground_rule": rule,
        "steps": fitting,
        "nothing": _one_reason(fitting),
        "versions": [
            (each, VERSION_KIND.get(each.kind, each.kind), sheets.get(each.version))
            for each in licences.history(licence_id)
        ],
        "keeps_blanks": bool(REPLACING & request.actor.duties) and seen.issuer_key == request.actor.organisation,
        "requests": [_request(each, seen, request) for each in licences.requests_of(licence_id)],
        "story": [_event(each) for each in licences.story(licence_id)],
        "case": seen.source_case.removeprefix("case:") if seen.source_case.startswith("case:") else "",
        "failed": failed,
        "form": form,
        "refusal": error,
        "has_errors": bool(form and form.errors) or error is not None,
    }
    return show_page(request, "desk/licence.html", context, nav="licences", status=error.status if error else 200)


def _one_reason(steps: Sequence[tuple[str, object, DomainError | None]]) -> DomainError | None:
    """Why nothing can be done, where that is one and the same for every step: said once then."""
    refusals = [off for _key, _label, off in steps]
    said = {(off.message, off.remedy, str(off.params)) for off in refusals if off is not None}
    return refusals[0] if len(said) == 1 and None not in refusals else None


def _fits(step: str, state: str) -> bool:
    """What can never follow from a state is not offered at all; what only the post or a moment forbids is, with why."""
    if step == "resume":
        return state == "suspended"
    return state != "suspended" if step == "suspend" else True


def _request(each: licences.RequestView, seen: LicenceView, request: DeskRequest) -> dict[str, Any]:
    name, kind, icon = REQUEST_STATE[each.state]
    proposal = each.origin == "desk"
    now = content.entries(seen)
    ground, rule = ground_words(each.ground, each.ground if each.verb == "cancel" else "")
    return {
        "request": each,
        "verb": VERB[each.verb],
        "state": name,
        "kind": kind,
        "icon": icon,
        "proposal": proposal,
        "own": each.asked_by == request.actor.id,
        "ground": ground,
        "rule": rule,
        "entries": [(entry_name(seen, key), now.get(key, ""), text) for key, text in each.entries.items()],
        "off": services.answer_refusal(each.id, request.actor) if proposal and each.is_open else None,
    }


def _event(each: EventView) -> dict[str, Any]:
    facts = each.facts
    parts = [str(facts["reason"])] if facts.get("reason") else []
    if each.verb in VERSION_KIND or each.verb == "file":
        parts.insert(0, gettext("Version %(number)s") % {"number": facts.get("version")})
    asked = VERB.get(str(facts.get("asked", "")))
    ground, rule = ground_words(str(facts.get("ground", "")), str(facts.get("kind", "")))
    if asked:
        parts.insert(0, str(asked))
    if ground and each.verb in ("revoke", "cancel"):
        parts.insert(0, ground)
    return {"event": each, "title": EVENT.get(each.verb, each.verb), "text": wording.joined(*parts), "rule": rule}


@require_safe
@xframe_options_sameorigin
@staff_page()
def version_file(request: DeskRequest, licence_id: UUID, version: int) -> HttpResponseBase:
    """The signed file of one version, superseded ones too; opening it is noted for the holder."""
    seen = licences.visible(str(licence_id), request.actor)
    file_id = licences.file_of(str(licence_id), version, request.actor)
    if not file_id:
        raise NotFound(
            gettext_noop("The signed file is not made yet."),
            remedy=gettext_noop("It is signed within minutes; open this page again."),
        )
    if seen.applicant_id:
        note(actor=request.actor, what=What.FILE, seen=[Seen(seen.applicant_id, seen.number)], now=request.now)
    name = f"{seen.name} {seen.number} v{version}.pdf"
    return inline(records.file_info(file_id), records.open_file(file_id), name=name)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page()
def act(request: DeskRequest, licence_id: UUID, step: str) -> HttpResponse:
    """One step: what it does, what is asked for, a look at what will change, then the step itself."""
    if step not in STEPS:
        raise NotFound(gettext_noop("There is no such page."), remedy=gettext_noop("Go back to the licence."))
    key = str(licence_id)
    seen = licences.visible(key, request.actor)
    refusal = services.act_refusal(key, step, request.actor)
    kind = forms.FORMS.get(step, forms.ActForm)
    form = kind(request.POST, seen=seen) if request.method == "POST" else kind(seen=seen, initial={"seq": seen.seq})
    preview: dict[str, Any] = {}
    status, since = 200, []
    if request.method == "POST":
        try:
            preview = _changes(form, seen) if form.is_valid() else {}
            if preview and request.POST.get("step") == "do":
                return _done(request, key, step, form)
        except Invalid as error:
            form.take(error)
        except Stale as error:
            since, form.data = list(error.since), {**form.data.dict(), "seq": str(seen.seq)}  # type: ignore[attr-defined]
            status = error.status
        except DomainError as error:
            refusal = error
        if form.errors or refusal is not None:
            preview, status = {}, 422 if form.errors or refusal is None else refusal.status
    context = {
        "licence": seen,
        "step": step,
        "label": VERB[step],
        "means": MEANS[step],
        "second": step in WITH_SECOND,
        "danger": step in ("revoke", "cancel", "suspend"),
        "refusal": refusal,
        "form": form,
        "preview": preview,
        "since": [_event(each) for each in since if isinstance(each, EventView)],
        "asks": [each for each in licences.requests_of(key) if each.is_open and each.verb == step],
        "has_errors": form.errors,
    }
    return show_page(request, "desk/licence_act.html", context, nav="licences", status=status)


def _changes(form: forms.ActForm, seen: LicenceView) -> dict[str, Any]:
    """What is shown before it is done: old beside new for a correction, the ground and the reason for the rest."""
    preview: dict[str, Any] = {"reason": form.cleaned_data["reason"]}
    if isinstance(form, forms.CorrectForm):
        old = content.entries(seen)
        changed = corrected(old, form.entries())
        preview["entries"] = [(entry_name(seen, key), old[key], text) for key, text in changed.items()]
    elif isinstance(form, forms.GroundForm):
        field: Any = form.fields["ground"]
        preview["ground"] = dict(field.choices)[form.cleaned_data["ground"]]
    return preview


def _done(request: DeskRequest, key: str, step: str, form: forms.ActForm) -> HttpResponse:
    told: dict[str, Any] = {"reason": form.cleaned_data["reason"], "expected_seq": form.cleaned_data["seq"]}
    who: dict[str, Any] = {"actor": request.actor, "now": request.now}
    if step in ALONE:
        services.act(licence_id=key, verb=step, **told, **who)
        messages.success(request, gettext("Done: %(what)s.") % {"what": VERB[step]})
    else:
        services.propose(licence_id=key, verb=step, **form.values(), **told, **who)
        messages.success(request, gettext("Proposed. It takes effect when a second officer confirms it here."))
    return redirect("desk:licence", key)


@require_POST
@staff_page()
def answer(request: DeskRequest, licence_id: UUID, request_id: UUID) -> HttpResponse:
    """Confirm, turn down or take back what was proposed; turn down what the holder asks."""
    key, asked = str(licence_id), str(request_id)
    licences.visible(key, request.actor)
    if asked not in {each.id for each in licences.requests_of(key)}:
        raise NotFound(gettext_noop("There is no such page."), remedy=gettext_noop("Go back to the licence."))
    who: dict[str, Any] = {"request_id": asked, "actor": request.actor, "now": request.now}
    deed = request.POST.get("deed", "")
    form = forms.AnswerForm(request.POST)
    try:
        if deed == "confirm":
            services.confirm(**who)
            messages.success(request, gettext("Confirmed and done."))
        elif deed == "take_back":
            services.take_back(**who)
            messages.success(request, gettext("Taken back."))
        elif not form.is_valid():
            return _page(request, key, failed=asked, form=form, error=Invalid(gettext_noop("A reason is missing.")))
        else:
            services.turn_down(answer=form.cleaned_data["answer"], **who)
            messages.success(request, gettext("Turned down; whoever asked reads why."))
    except DomainError as error:
        if error.status == 404:
            raise
        return _page(request, key, failed=asked, form=form, error=error)
    return redirect("desk:licence", key)
