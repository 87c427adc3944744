"""From "apply" to the task list: who applies, the situation, the licence it is about, drafts."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from tongban.accounts import queries as accounts
from tongban.cases import queries as cases
from tongban.cases import services
from tongban.cases.queries.views import DraftView
from tongban.cases.services import drafts as drafting
from tongban.catalogue import queries as catalogue
from tongban.core.actors import Actor
from tongban.core.agency import Act
from tongban.core.errors import DomainError, Invalid, Refused, gettext_noop
from tongban.core.items import ItemSpec
from tongban.web.public import kept
from tongban.web.public.drafting import frame, groups, next_address, read_draft
from tongban.web.public.people import ACTING_ID, applicant_page, draft_page
from tongban.web.public.situations import PREFIX, entered, situation
from tongban.web.public.views.cases import copied_key
from tongban.web.public.wording import field_errors, today
from tongban.web.wording import say

#: The choice "not in my folder": the licence was issued on paper or elsewhere.
ON_PAPER = drafting.ON_PAPER


@dataclass(frozen=True)
class _Person:
    """Somebody the account acts for, and why the item is not for them. ``power``: as an agent, under what number."""

    applicant: accounts.ApplicantView | accounts.AgencyView
    refusal: DomainError | None
    power: str = ""


@applicant_page
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, actor: Actor, key: str) -> HttpResponse:
    """Who applies, what it takes, and drafts already begun; the button makes a new draft."""
    item = catalogue.item(key)
    if not item.appliable:
        raise Refused(
            gettext_noop("This item cannot be applied for here yet."),
            remedy=gettext_noop("Its guide page says what is missing and whom to ask."),
        )
    version = catalogue.version_in_force(key, today())
    people = _people(actor, version.spec, key)
    able = [person.applicant for person in people if person.refusal is None]
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        chosen = request.POST.get("applicant", "") or (str(able[0].id) if len(able) == 1 else "")
        if chosen in {str(applicant.id) for applicant in able}:
            return redirect("public:draft", _begin(request, actor, int(chosen), key, version.spec))
        errors = {"applicant": [say(gettext_noop("Choose who applies."))]}
    context = {
        "item": item,
        "version": version,
        "spec": version.spec,
        "people": people,
        "able": able,
        "errors": errors,
        "acting_id": request.session.get(ACTING_ID),
        "passed": _passed(request),
        "begun": [row for row in cases.drafts(actor) if row.item_name == item.name],
        "nav": "items",
    }
    return render(request, "public/apply.html", context, status=422 if errors else 200)


def _people(actor: Actor, spec: ItemSpec, key: str) -> list[_Person]:
    """Whom the account can apply for: itself, then the enterprises it is an agent of."""
    own = [_Person(applicant, _refusal(spec, applicant.kind)) for applicant in accounts.applicants_of(actor)]
    return own + [_acted_for(actor, each, spec, key) for each in accounts.acts_for(actor)]


def _acted_for(actor: Actor, enterprise: accounts.AgencyView, spec: ItemSpec, key: str) -> _Person:
    power = actor.agency.find(enterprise.id, key, Act.FILL)
    if power is None:
        return _Person(enterprise, actor.agency.refusal(enterprise.id, key, Act.FILL))
    return _Person(enterprise, _refusal(spec, enterprise.kind), power.number)


def _refusal(spec: ItemSpec, kind: str) -> DomainError | None:
    try:
        drafting.check_service_object(spec, kind)
    except Refused as error:
        return error
    return None


def _passed(request: HttpRequest) -> list[tuple[str, str]]:
    """The guide's answers, handed on from page to page."""
    source = request.POST if request.method == "POST" else request.GET
    return [(name, source[name]) for name in source if name == "variant" or name.startswith(PREFIX)]


def _begin(request: HttpRequest, actor: Actor, applicant_id: int, key: str, spec: ItemSpec) -> str:
    """A new draft; the guide's answers are taken over as far as they are complete."""
    now = timezone.now()
    draft_id = services.start_draft(actor=actor, applicant_id=applicant_id, item_key=key, now=now)
    chosen = situation(spec, *entered(spec, request.POST), accounts.applicant(applicant_id).kind)
    if chosen.complete:
        services.set_situation(draft_id=draft_id, actor=actor, variant=chosen.variant, answers=chosen.answers, now=now)
    return draft_id


@draft_page
@require_safe
def tasks(request: HttpRequest, actor: Actor, draft: DraftView) -> HttpResponse:
    """The task list. A submitted draft leads to its case's receipt, an outdated one says how to go on."""
    listed = groups(draft)
    done = sum(1 for group in listed for task in group.tasks if task.state == "done")
    context = {
        **frame(draft),
        "groups": listed,
        "done": done,
        "all": sum(len(group.tasks) for group in listed),
        "missing": sum(1 for item in draft.materials if item.state == "missing"),
        "uploads": sum(1 for item in draft.materials if item.state not in ("generated", "on_file")),
        "outdated": _outdated(draft.version.item_key, draft.version.id),
        "contact": draft.version.spec.contact,
        "copied": request.session.get(copied_key(draft.id)),
    }
    return render(request, "public/draft_tasks.html", context)


def _outdated(key: str, version_id: int) -> bool:
    return catalogue.version_in_force(key, today()).id != version_id


@draft_page
@require_http_methods(["POST"])
def move(request: HttpRequest, actor: Actor, draft: DraftView) -> HttpResponse:
    """Take the entries over into the version in force today."""
    services.move_to_current_version(draft_id=draft.id, actor=actor, now=timezone.now())
    return redirect("public:draft", draft.id)


@draft_page
@require_http_methods(["GET", "HEAD", "POST"])
def situation_page(request: HttpRequest, actor: Actor, draft: DraftView) -> HttpResponse:
    """Variant and questions. A changed answer may bring further questions; they are asked before anything is wrong."""
    spec = draft.version.spec
    posted = request.POST if request.method == "POST" else kept.take(request)
    changing = request.GET if "variant" in request.GET else None
    source = posted if posted is not None else changing
    variant, answers = entered(spec, source) if source is not None else (draft.variant, dict(draft.answers))
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            services.set_situation(draft_id=draft.id, actor=actor, variant=variant, answers=answers, now=timezone.now())
        except Invalid as error:
            shown = request.POST.getlist("shown")
            errors = field_errors(item for item in error.errors if item.field in shown)
        else:
            return redirect(next_address(read_draft(draft.id, actor)))
    context = {
        **frame(draft),
        "situation": situation(spec, variant, answers, draft.applicant_kind),
        "errors": errors,
        "kept": posted is not None and request.method != "POST",
        "more": request.method == "POST" and not errors,
    }
    if request.headers.get("HX-Target") == "questions":
        return render(request, "public/draft_questions.html", context)
    return render(request, "public/draft_situation.html", context, status=422 if errors else 200)


@draft_page
@require_http_methods(["GET", "HEAD", "POST"])
def old_licence(request: HttpRequest, actor: Actor, draft: DraftView) -> HttpResponse:
    """Which licence is to be changed, renewed or replaced."""
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            services.choose_old_licence(
                draft_id=draft.id, actor=actor, licence_id=request.POST.get("old_licence", ""), now=timezone.now()
            )
        except Invalid as error:
            errors = field_errors(error.errors)
        else:
            return redirect(next_address(read_draft(draft.id, actor)))
    context = {**frame(draft), "errors": errors, "on_paper": ON_PAPER}
    return render(request, "public/draft_old_licence.html", context, status=422 if errors else 200)


@draft_page
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, actor: Actor, draft: DraftView) -> HttpResponse:
    """Throw the draft away, after asking."""
    if request.method == "POST":
        services.discard_draft(draft_id=draft.id, actor=actor)
        return redirect("public:cases")
    return render(request, "public/draft_discard.html", frame(draft))
