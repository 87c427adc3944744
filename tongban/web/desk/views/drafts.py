"""What is done with a whole draft: preview, trial, files, publishing; and taking a published version out of force."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongban.calendars import queries as calendars
from tongban.cases import queries as cases
from tongban.catalogue import queries, services
from tongban.catalogue.queries import DraftView
from tongban.catalogue.views import VersionView
from tongban.core.clock import ClockFacts, Limit, due_date
from tongban.core.dates import legal_date
from tongban.core.errors import DomainError, Invalid, NotFound, Refused, gettext_noop
from tongban.core.forms import validate
from tongban.core.items import FieldKind, FormPage, ItemSpec, LimitSpec
from tongban.core.materials import check_answers, limits_in_law
from tongban.core.numbers import whole
from tongban.web.desk import wording
from tongban.web.desk.access import DeskRequest, show_page
from tongban.web.desk.views.editing import address, frame, manager_page
from tongban.web.desk.views.items import changes, version_of
from tongban.web.formdata import parse
from tongban.web.public.situations import PREFIX, Situation, entered, situation
from tongban.web.public.views.guide import show_guide
from tongban.web.public.views.pages import changed_rows
from tongban.web.public.widgets import listed, widgets
from tongban.web.public.wording import field_errors

#: Stands for an uploaded file in a trial, where nothing is uploaded.
TRIAL_FILE = "00000000-0000-4000-8000-000000000000"
MOST_FILE = 5_000_000


@require_safe
@manager_page
def preview(request: DeskRequest, key: str, version: int) -> HttpResponse:
    """The guide of the draft as readers would see it."""
    draft = queries.draft(key, version)
    others = [each for each in queries.versions(key) if each.status != "draft"]
    return show_guide(
        request,
        queries.item(key),
        queries.as_published(draft.version),
        others,
        preview=address("draft", draft, "basics"),
        apply_address=address("draft_try", draft),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@manager_page
def trial(request: DeskRequest, key: str, version: int) -> HttpResponse:
    """An application on the draft: situation, form, check. Nothing is stored."""
    draft = queries.draft(key, version)
    spec = draft.version.spec
    sent = request.POST if request.method == "POST" else request.GET
    if not spec.variants:
        return _no_trial(request, draft)
    variant, answers = entered(spec, sent)
    chosen = situation(spec, variant, answers)
    pages = chosen.tailored.form_pages
    data = parse(pages, sent)
    doing, _colon, about = sent.get("do", "").partition(":")
    if doing in ("add", "remove"):
        data = changed_rows([each for page in pages for each in page.fields], data, doing, about)
    errors, answer_errors = {}, {}
    if doing == "check":
        answer_errors = {each.field: [wording.fault(each)] for each in check_answers(spec, variant, answers)[1]}
        errors = _form_errors(chosen, data, legal_date(request.now))
    shown = {page.key: widgets([page], data, errors) for page in pages}
    links = [(f"#t-{field}", text) for field, several in answer_errors.items() for text in several]
    for page in pages:
        mine = {path: said for path, said in errors.items() if path.partition(".")[0] in _keys(page)}
        links += [(each.href, each.text) for each in listed(mine, shown[page.key])]
    context = {
        **frame(draft, queries.draft_findings(draft)),
        "situation": chosen,
        "answer_errors": answer_errors,
        "prefix": PREFIX,
        "pages": [(page, shown[page.key]) for page in pages],
        "errors": links,
        "passed": doing == "check" and not links,
        "outcome": _outcome(spec, chosen, request) if doing == "check" and not links else None,
    }
    return show_page(request, "desk/edit/try.html", context, nav="items", status=422 if links else 200)


def _no_trial(request: DeskRequest, draft: DraftView) -> HttpResponse:
    context = {**frame(draft, queries.draft_findings(draft)), "situation": None}
    return show_page(request, "desk/edit/try.html", context, nav="items")


def _keys(page: FormPage) -> set[str]:
    return {each.key for each in page.fields}


def _form_errors(chosen: Situation, data: dict[str, Any], today: dt.date) -> dict[str, list[str]]:
    """What is wrong with the form; files count as uploaded, since a trial takes none."""
    pages = chosen.tailored.form_pages
    given = {each.key: [TRIAL_FILE] for page in pages for each in page.fields if each.kind is FieldKind.FILE}
    found = validate(pages, {**data, **given}, today=today, rules=chosen.tailored.form_rules)[1]
    return {path: list(said) for path, said in field_errors(found, list(pages)).items()}


def _outcome(spec: ItemSpec, chosen: Situation, request: DeskRequest) -> dict[str, Any]:
    """What would follow if the application were accepted today."""
    statutory, promised = limits_in_law(spec, chosen.variant, chosen.answers)
    today = legal_date(request.now)
    return {
        "materials": chosen.tailored.materials,
        "reviews": chosen.tailored.reviews,
        "inspection": chosen.tailored.inspection,
        "statutory": statutory,
        "statutory_on": _due(statutory, today),
        "promised": promised,
        "promised_on": _due(promised, today),
    }


def _due(limit: LimitSpec, start: dt.date) -> dt.date | None:
    try:
        made = Limit(limit.value, limit.unit, limit.start, limit.source)
        return due_date(made, ClockFacts(start), calendars.current())
    except DomainError:  # a length no clock can hold: the consistency check names it
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@manager_page
def publish(request: DeskRequest, key: str, version: int) -> HttpResponse:
    """What publishing would change, for whom; POST by a second person does it."""
    draft = queries.draft(key, version)
    if request.method == "POST":
        seen = request.POST.get("revision", "")
        services.publish(
            version_id=draft.version.id,
            actor=request.actor,
            now=request.now,
            revision=whole(seen) or 0,
        )
        messages.success(request, _("Published."))
        return HttpResponseRedirect(reverse("desk:item", args=[key]))
    findings = queries.draft_findings(draft)
    before = _before(key, draft)
    context = {
        **frame(draft, findings, "version"),
        "before": before,
        "changes": len(changes(before, draft.version)) if before else 0,
        "impact": cases.impact_of(draft.version.item_id, draft.version.spec, draft.version.transition),
        "refusal": _why_not(request, draft, any(each.fatal for each in findings)),
        "past": draft.version.effective_from < legal_date(request.now),
    }
    return show_page(request, "desk/edit/publish.html", context, nav="items")


def _before(key: str, draft: DraftView) -> VersionView | None:
    """The published version the draft follows."""
    return next((each for each in queries.versions(key) if each.status != "draft"), None)


def _why_not(request: DeskRequest, draft: DraftView, fatal: bool) -> DomainError | None:
    """Why this person cannot publish it now; the verb asks the same questions again."""
    if fatal:
        return Refused(
            gettext_noop("Entries do not agree yet."),
            remedy=gettext_noop("Open the consistency check and correct them."),
        )
    try:
        services.check_second_person(draft.edited_by, request.actor)
    except Refused as error:
        return error
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@manager_page
def files(request: DeskRequest, key: str, version: int) -> HttpResponse:
    """The draft as a file and back: POST puts a file in its place, which the change log can take back."""
    draft = queries.draft(key, version)
    errors: list[str] = []
    if request.method == "POST":
        try:
            saved = _import(request, draft)
        except Invalid as error:
            errors = [wording.fault(each) for each in error.errors] or [wording.with_remedy(error)]
        else:
            text = _("The draft now says what the file says.") if saved else _("The file says what the draft says.")
            messages.success(request, text)
            return HttpResponseRedirect(address("draft_log" if saved else "draft_files", draft))
    context = {**frame(draft, queries.draft_findings(draft)), "errors": [("#id_file", text) for text in errors]}
    return show_page(request, "desk/edit/files.html", context, nav="items", status=422 if errors else 200)


def _import(request: DeskRequest, draft: DraftView) -> bool:
    sent = request.FILES.get("file")
    if sent is None or sent.size is None or sent.size > MOST_FILE:
        raise Invalid(
            gettext_noop("No file has come, or it is too large."),
            remedy=gettext_noop("Choose a YAML or XLSX file of this item, up to 5 MB."),
        )
    spec = services.read_version_file(sent.read(), sent.name or "")
    return services.replace_content(
        version_id=draft.version.id, version=spec, actor=request.actor, now=request.now
    ).changed


@require_safe
@manager_page
def export(request: DeskRequest, key: str, version: int, kind: str) -> HttpResponse:
    """One version, draft or published, as ``yaml`` or ``xlsx``; reading it back loses nothing."""
    found = version_of(key, version)[0]
    if kind not in ("yaml", "xlsx"):
        raise NotFound(gettext_noop("There is no such file."), remedy=gettext_noop("Choose YAML or XLSX."))
    content, mime = queries.version_file(found, kind)
    answer = HttpResponse(content, content_type=mime)
    answer["Content-Disposition"] = f'attachment; filename="{key}-{version}.{kind}"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@manager_page
def discard(request: DeskRequest, key: str, version: int) -> HttpResponse:
    """Throw the draft away, after being asked."""
    draft = queries.draft(key, version)
    if request.method == "POST":
        seen = request.POST.get("revision", "")
        services.discard_draft(
            version_id=draft.version.id,
            actor=request.actor,
            now=request.now,
            revision=whole(seen) or 0,
        )
        messages.success(request, _("The draft has been discarded."))
        return HttpResponseRedirect(reverse("desk:item", args=[key]))
    context = frame(draft, queries.draft_findings(draft))
    return show_page(request, "desk/edit/discard.html", context, nav="items")


@require_http_methods(["GET", "HEAD", "POST"])
@manager_page
def withdraw(request: DeskRequest, key: str, version: int) -> HttpResponse:
    """Take a published version out of force from a day on."""
    found = version_of(key, version)[0]
    if found.status != "published":
        raise NotFound(
            gettext_noop("Only a published version can be withdrawn."),
            remedy=gettext_noop("Choose another version from the item's page."),
        )
    on, reason = request.POST.get("on", legal_date(request.now).isoformat()), request.POST.get("reason", "")
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            services.withdraw(
                version_id=found.id, on=_day(on), reason=reason[:4000], actor=request.actor, now=request.now
            )
        except Invalid as error:
            errors = {each.field: [wording.fault(each)] for each in error.errors}
        else:
            messages.success(request, _("Withdrawn."))
            return HttpResponseRedirect(reverse("desk:item", args=[key]))
    context = {
        "version": found,
        "spec": found.spec,
        "impact": cases.impact_of(found.item_id, found.spec, None),
        "on": on,
        "reason": reason,
        "wrong": errors,
        "errors": [(f"#id_{name}", text) for name, several in errors.items() for text in several],
    }
    return show_page(request, "desk/withdraw_version.html", context, nav="items", status=422 if errors else 200)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return dt.date.min  # refused by the verb as a day that is past
