"""Registering, signing in and out."""

from __future__ import annotations

from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.accounts import queries, services
from tongban.core import codes
from tongban.core.actors import Actor
from tongban.core.errors import Invalid, gettext_noop
from tongban.web import entering
from tongban.web.public import kept
from tongban.web.public.forms import Plain, RegisterEnterprise, RegisterPerson, SignIn
from tongban.web.public.people import ACTING_FOR, actor_of, applicant_page, safe_next, visitor
from tongban.web.public.wording import joined
from tongban.web.wording import say

#: Registrations tried from one address in so many minutes: what is refused tells that a number is taken.
MOST, MINUTES = 40, 60
TOO_MANY = gettext_noop("Too many registrations from here.")
_KINDS: dict[str, type[Plain]] = {"person": RegisterPerson, "enterprise": RegisterEnterprise}


@never_cache
@csrf_protect
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """One form for every kind of account. A wrong name and a wrong password are told in the same words."""
    there = safe_next(request, request.POST.get("next", request.GET.get("next", "")))
    if request.method != "POST":
        if actor_of(request) is not None:
            return HttpResponseRedirect(there or _start(request))
        return _sign_in_page(request, SignIn(), there)
    form = SignIn(request.POST)
    if not form.is_valid():
        return _sign_in_page(request, form, there, 422)
    try:
        account = services.check_sign_in(
            handle=form.cleaned_data["handle"],
            password=form.cleaned_data["password"],
            now=timezone.now(),
            address=visitor(request),
        )
    except (Invalid, services.TooMany) as error:
        form.add_error("handle", joined(say(error.message, error.params), say(error.remedy, error.params)))
        return _sign_in_page(request, form, there, error.status)
    if entering.password_given(request, account, there):
        return redirect("desk:sign_in_step")
    _name(request)
    return HttpResponseRedirect(there or _start(request))


def _sign_in_page(request: HttpRequest, form: SignIn, there: str, status: int = 200) -> HttpResponse:
    context = {"form": form, "next": there, "kept": kept.waiting(request, there.partition("?")[0]), "nav": "sign-in"}
    return render(request, "public/sign_in.html", context, status=status)


def _name(request: HttpRequest) -> None:
    """Whom the account acts for stands at the top of every page."""
    actor = actor_of(request)
    own = queries.applicants_of(actor) if actor is not None and not actor.is_staff else []
    request.session[ACTING_FOR] = own[0].name if own else ""


def _start(request: HttpRequest) -> str:
    actor = actor_of(request)
    if actor is not None and actor.kind == "admin":
        return reverse("desk:admin_home")
    return "/desk/" if actor is not None and actor.is_staff else reverse("public:cases")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("public:home")


@require_http_methods(["GET", "HEAD"])
def register_choice(request: HttpRequest) -> HttpResponse:
    """Person or enterprise."""
    there = safe_next(request, request.GET.get("next", ""))
    return render(request, "public/register_choice.html", {"next": there, "nav": "sign-in"})


@never_cache
@csrf_protect
@sensitive_post_parameters("password", "id_number")
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, kind: str) -> HttpResponse:
    """Register a person or an enterprise, and sign in."""
    if kind not in _KINDS:
        raise Http404
    there = safe_next(request, request.POST.get("next", request.GET.get("next", "")))
    form = _KINDS[kind](request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        now, bucket = timezone.now(), f"register:{visitor(request)}"
        try:
            services.limit_attempts(bucket=bucket, most=MOST, minutes=MINUTES, now=now, message=TOO_MANY)
            account = services.register(kind=kind, now=now, **form.values())  # type: ignore[attr-defined]
        except Invalid as error:
            form.take(error.errors, say(error.message, error.params))
        except services.TooMany as error:
            form.take([], joined(say(error.message, error.params), say(error.remedy, error.params)))
            status = error.status
        else:
            entering.enter(request, account)
            _name(request)
            return HttpResponseRedirect(there or reverse("public:cases"))
    context = {"form": form, "kind": kind, "next": there, "nav": "sign-in"}
    return render(request, "public/register.html", context, status=status)


@applicant_page
@require_safe
def account(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What is registered about whom this account acts for; numbers masked, for others may look over the shoulder."""
    people = [
        {
            "applicant": applicant,
            "number": codes.mask_id(applicant.id_number),
            "phone": codes.mask_phone(applicant.phone),
            "email": codes.mask_email(applicant.email) if applicant.email else "",
            "service": queries.service_address(applicant.id),
        }
        for applicant in queries.applicants_of(actor)
    ]
    context = {
        "people": people,
        "name": actor.name,
        "acted_for": queries.acts_for(actor),
        "waiting": len(queries.invitations(actor, timezone.now())),
    }
    return render(request, "public/account.html", context)
