"""People and posts 人员与岗位: who is away, who stands in, what is delegated, and by which rules cases are assigned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.accounts import queries as accounts
from tongban.accounts import services
from tongban.cases import queries as cases
from tongban.cases import services as case_services
from tongban.core.actors import Duty
from tongban.core.dates import legal_date
from tongban.core.errors import DomainError, Forbidden, NotFound, gettext_noop
from tongban.core.posts import Arrival
from tongban.web.desk import people_forms as forms
from tongban.web.desk import wording
from tongban.web.desk.access import DeskRequest, show_page, staff_page
from tongban.web.desk.taking import attempt


@require_safe
@staff_page()
def people(request: DeskRequest) -> HttpResponse:
    """The department: everybody with posts, leave and deputy; delegations; whose work nobody does."""
    own, day = request.actor.organisation, legal_date(request.now)
    in_hand = cases.in_hand(own)
    listed = accounts.people(own, day)
    context = {
        "organisation": accounts.organisation(own) if own else None,
        "rows": [(row, in_hand.get(row.id, 0)) for row in listed],
        "leaves": [(row, forms.LEAVE[row.kind]) for row in accounts.leaves(own, day)],
        "delegations": accounts.delegations(own, day),
        "posts": accounts.posts(own, day),
        "item_names": _item_names(request),
        "heads": accounts.heads(request.actor),
        "delegates": request.actor.has(Duty.AGENCY_HEAD),
        "away": sum(1 for row in listed if row.away_until),
        "uncovered": [row for row in listed if row.away_until and not row.deputy_name],
        "rules": len(accounts.assignment_rules(own, only_active=True)),
    }
    return show_page(request, "desk/people/people.html", context, nav="people")


def _item_names(request: DeskRequest) -> dict[str, str]:
    """Names of the department's items by key."""
    return {key: spec.name for key, spec in forms.own_items(request.actor, legal_date(request.now))}


@require_safe
@staff_page()
def me(request: DeskRequest) -> HttpResponse:
    """One's own page: leave, deputy, whom one stands in for, what one was given."""
    return _officer_page(request, request.actor.id)


@require_safe
@staff_page()
def officer(request: DeskRequest, officer: int) -> HttpResponse:
    """The same of a colleague, for the head and for colleagues."""
    return _officer_page(request, str(officer))


def _officer_page(request: DeskRequest, officer: str) -> HttpResponse:
    own, day = request.actor.organisation, legal_date(request.now)
    person = _person(request, officer)
    mine = officer == request.actor.id
    services.note_account(actor=request.actor, what=services.What.OFFICER, account=officer, now=request.now)
    context = {
        "person": person,
        "mine": mine,
        "may": mine or accounts.heads(request.actor),
        "heads": accounts.heads(request.actor),
        "leaves": [(row, forms.LEAVE[row.kind]) for row in accounts.leaves(own, day, officer=officer)],
        "pairs": accounts.deputy_pairs(own, day, officer=officer),
        "delegations": accounts.delegations(own, day, officer=officer),
        "item_names": _item_names(request),
        "in_hand": cases.in_hand(own).get(officer, 0),
    }
    return show_page(request, "desk/people/officer.html", context, nav="people")


def _person(request: DeskRequest, officer: str) -> accounts.PersonView:
    """The officer of the reader's own organisation. NotFound for anybody else."""
    day = legal_date(request.now)
    found = next((row for row in accounts.people(request.actor.organisation, day) if row.id == officer), None)
    if found is None:
        raise NotFound(
            gettext_noop("There is no such officer in your department."),
            remedy=gettext_noop("Choose one from the list."),
        )
    return found


def _form_page(
    request: DeskRequest,
    form: forms.PeopleForm,
    act: Callable[[dict[str, Any]], object],
    *,
    title: str,
    button: str,
    done: str,
    back: str,
    note: str = "",
) -> HttpResponse:
    """GET shows the form; POST does it and goes back, or shows what is wrong with everything kept (422)."""
    status = attempt(request, form, act)
    if status is None:
        messages.success(request, done)
        return redirect(back)
    context = {"form": form, "title": title, "button": button, "back": back, "note": note, "has_errors": form.errors}
    return show_page(request, "desk/people/form.html", context, nav="people", status=status)


def _data(request: DeskRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _page_of(request: DeskRequest, officer: str) -> str:
    return reverse("desk:me") if officer == request.actor.id else reverse("desk:officer", args=[officer])


def _self_or_head(request: DeskRequest, officer: str) -> None:
    if officer != request.actor.id:
        _heads_only(request)


def _heads_only(request: DeskRequest) -> None:
    """The same refusal as the services give, before a form is shown in vain."""
    if not accounts.heads(request.actor):
        raise Forbidden(
            gettext_noop("Only the head of the department arranges this."),
            remedy=gettext_noop("Ask the head, or the head's deputy."),
        )


@require_http_methods(["GET", "POST"])
@staff_page()
def leave(request: DeskRequest, officer: int) -> HttpResponse:
    """Report a leave with its deputy: of one's own, or by the head for an officer who cannot."""
    _self_or_head(request, str(officer))
    person = _person(request, str(officer))
    return _form_page(
        request,
        forms.LeaveForm(_data(request), request=request, officer=person.id),
        lambda data: services.report_leave(officer=person.id, actor=request.actor, now=request.now, **data),
        title=_("Report leave")
        if person.id == request.actor.id
        else _("Report leave: %(name)s") % {"name": person.name},
        button=_("Report leave"),
        done=_("The leave is reported. Cases in hand go to the deputy on these days."),
        back=_page_of(request, person.id),
        note=_("While the leave runs the officer signs nothing; the deputy acts in the officer's place and name."),
    )


@require_POST
@staff_page()
def end_leave(request: DeskRequest, leave: int) -> HttpResponse:
    """Back at work, or not away after all."""
    services.end_leave(leave=leave, actor=request.actor, now=request.now)
    messages.success(request, _("The leave has ended."))
    return redirect(_next(request))


def _next(request: DeskRequest) -> str:
    """The page the button stood on: one's own, or the department's."""
    return reverse("desk:me") if request.POST.get("from") == "me" else reverse("desk:people")


@require_http_methods(["GET", "POST"])
@staff_page()
def deputy(request: DeskRequest, officer: int) -> HttpResponse:
    """AB角: a standing deputy for whenever the officer is away."""
    _self_or_head(request, str(officer))
    person = _person(request, str(officer))
    return _form_page(
        request,
        forms.DeputyForm(_data(request), request=request, officer=person.id),
        lambda data: services.appoint_deputy(officer=person.id, actor=request.actor, now=request.now, **data),
        title=_("Standing deputy of %(name)s") % {"name": person.name},
        button=_("Appoint"),
        done=_("The standing deputy is appointed."),
        back=_page_of(request, person.id),
        note=_("Stands in whenever the officer is on leave and no other deputy is named for it."),
    )


@require_http_methods(["GET", "POST"])
@staff_page()
def leave_deputy(request: DeskRequest, leave: int) -> HttpResponse:
    """Another deputy for a leave that runs or is to come."""
    own, day = request.actor.organisation, legal_date(request.now)
    found = next((row for row in accounts.leaves(own, day) if row.id == leave), None)
    _self_or_head(request, found.officer if found else "")
    if found is None:
        raise NotFound(gettext_noop("There is no such leave."), remedy=gettext_noop("Reload the page."))
    return _form_page(
        request,
        forms.DeputyForm(_data(request), request=request, officer=found.officer, initial={"deputy": found.named}),
        lambda data: services.name_deputy(leave=leave, actor=request.actor, now=request.now, **data),
        title=_("Deputy of %(name)s for this leave") % {"name": found.officer_name},
        button=_("Name the deputy"),
        done=_("The deputy is named."),
        back=_page_of(request, found.officer),
    )


@require_POST
@staff_page()
def release_deputy(request: DeskRequest, pair: int) -> HttpResponse:
    """No longer the standing deputy."""
    services.release_deputy(pair=pair, actor=request.actor, now=request.now)
    messages.success(request, _("The standing deputy is released."))
    return redirect(_next(request))


@require_http_methods(["GET", "POST"])
@staff_page()
def move(request: DeskRequest, officer: int) -> HttpResponse:
    """To another post of the department."""
    _heads_only(request)
    person = _person(request, str(officer))
    return _form_page(
        request,
        forms.MoveForm(_data(request), request=request, officer=person.id),
        lambda data: services.reassign(officer=person.id, actor=request.actor, now=request.now, **data),
        title=_("Another post for %(name)s") % {"name": person.name},
        button=_("Move to this post"),
        done=_("The officer holds the new post from that day. Hand over what is still in hand."),
        back=_page_of(request, person.id),
        note=_("Cases in hand stay with the officer until they are handed over on the officer's page."),
    )


@require_POST
@staff_page()
def hand_over(request: DeskRequest, officer: int) -> HttpResponse:
    """Give an officer's open work out anew by the rules."""
    _heads_only(request)
    person = _person(request, str(officer))
    count = case_services.hand_over(officer=person.id, actor=request.actor, now=request.now)
    text = ngettext("%(count)s case handed over by the rules.", "%(count)s cases handed over by the rules.", count)
    messages.success(request, text % {"count": count})
    return redirect(_page_of(request, person.id))


@require_http_methods(["GET", "POST"])
@staff_page(Duty.AGENCY_HEAD)
def delegate(request: DeskRequest) -> HttpResponse:
    """The chief representative's written authority."""
    return _form_page(
        request,
        forms.DelegationForm(_data(request), request=request),
        lambda data: services.delegate(actor=request.actor, now=request.now, **data),
        title=_("Delegate to a chief representative"),
        button=_("Delegate"),
        done=_("The delegation is recorded."),
        back=reverse("desk:people"),
        note=_("Lends your own authority for named acts. Who accepted a case never decides it, delegated or not."),
    )


@require_POST
@staff_page()
def revoke(request: DeskRequest, delegation: int) -> HttpResponse:
    """Take a delegation back."""
    services.revoke(delegation=delegation, actor=request.actor, now=request.now)
    messages.success(request, _("The delegation is revoked, from this moment."))
    return redirect("desk:people")


@require_http_methods(["GET", "POST"])
@staff_page()
def scope(request: DeskRequest, post: str) -> HttpResponse:
    """For which items a post is."""
    _heads_only(request)
    own = accounts.posts(request.actor.organisation, legal_date(request.now))
    found = next((row for row in own if row.key == post), None)
    if found is None:
        raise NotFound(gettext_noop("There is no such post."), remedy=gettext_noop("Reload the page."))
    return _form_page(
        request,
        forms.ScopeForm(_data(request), request=request, initial={"items": list(found.items)}),
        lambda data: services.set_scope(post=post, actor=request.actor, now=request.now, **data),
        title=_("Items of the post “%(name)s”") % {"name": found.name},
        button=_("Keep"),
        done=_("The post's items are kept."),
        back=reverse("desk:people"),
        note=_("Whoever holds the post acts on these items only, from now on and also on cases that are open."),
    )


# Assignment rules.


@require_safe
@staff_page()
def rules(request: DeskRequest) -> HttpResponse:
    """The department's rules in their order, and who would get a case by them."""
    own = request.actor.organisation
    listed = accounts.assignment_rules(own)
    names = {row.id: row.name for row in accounts.people(own, legal_date(request.now))}
    trial = forms.TryForm(request.GET if "duty" in request.GET else None, request=request)
    answer, refusal = _try(request, trial)
    groups = [
        (duty, label, [(row, _rule_words(row, names, request)) for row in listed if row.duty == duty])
        for duty, label in forms.duty_choices()
    ]
    context = {
        "groups": [group for group in groups if group[2]],
        "heads": accounts.heads(request.actor),
        "trial": trial,
        "answer": answer,
        "refusal": refusal,
        "method": forms.METHOD[answer.found.method.value] if answer and answer.found else "",
    }
    return show_page(request, "desk/people/rules.html", context, nav="people")


def _try(request: DeskRequest, form: forms.TryForm) -> tuple[cases.Answer | None, str]:
    """The answer of the rules, or why there is none."""
    if not form.is_bound or not form.is_valid():
        return None, ""
    data = form.cleaned_data
    case = Arrival(data["item"], (data["place"],) if data["place"] else ())
    barred: tuple[str, ...] = ()
    if data["number"]:
        try:
            case, barred = cases.waiting_case(request.actor, data["number"], data["duty"])
        except DomainError as error:
            return None, wording.with_remedy(error)
    return cases.would_get(request.actor, data["duty"], case, request.now, barred), ""


def _rule_words(row: accounts.RuleView, names: dict[str, str], request: DeskRequest) -> dict[str, Any]:
    """A rule in words: its conditions, and who gets the case."""
    rule = row.rule
    items = _item_names(request) if rule.items else {}
    channels = [str(forms.CHANNEL.get(key, key)) for key in sorted(rule.situation.get("channel", ()))]
    return {
        "method": forms.METHOD[rule.method.value],
        "items": [items.get(key, key) for key in sorted(rule.items)],
        "kinds": [str(forms.KIND.get(key, key)) for key in sorted(rule.situation.get("kind", ()))],
        "channels": channels,
        "officers": [names.get(key, "—") for key in rule.officers],
    }


@require_http_methods(["GET", "POST"])
@staff_page()
def rule_new(request: DeskRequest) -> HttpResponse:
    """One more rule, at the end."""
    _heads_only(request)
    form = forms.RuleForm(_data(request), request=request)
    return _rule_page(request, form, None, _("New assignment rule"))


@require_http_methods(["GET", "POST"])
@staff_page()
def rule(request: DeskRequest, rule: int) -> HttpResponse:
    """Change a rule."""
    _heads_only(request)
    found = next((row for row in accounts.assignment_rules(request.actor.organisation) if row.id == rule), None)
    if found is None:
        raise NotFound(gettext_noop("There is no such rule."), remedy=gettext_noop("Reload the page."))
    initial = {
        "duty": found.duty,
        "items": sorted(found.rule.items),
        "kinds": sorted(found.rule.situation.get("kind", ())),
        "channels": sorted(found.rule.situation.get("channel", ())),
        "places": "，".join(found.rule.places),
        "method": found.rule.method.value,
        "officers": list(found.rule.officers),
        "most": found.rule.most or "",
        "note": found.note,
    }
    form = forms.RuleForm(_data(request), request=request, initial=initial)
    return _rule_page(request, form, rule, _("Assignment rule %(number)s") % {"number": found.rule.number})


def _rule_page(request: DeskRequest, form: forms.RuleForm, rule: int | None, title: str) -> HttpResponse:
    return _form_page(
        request,
        form,
        lambda _data: services.save_rule(entry=form.entry(), rule=rule, actor=request.actor, now=request.now),
        title=title,
        button=_("Keep the rule"),
        done=_("The rule is kept. It applies to cases that reach the post from now on."),
        back=reverse("desk:rules"),
        note=_("Rules are asked from the first to the last. Officers on leave never get a case."),
    )


@require_POST
@staff_page()
def rule_act(request: DeskRequest, rule: int) -> HttpResponse:
    """Move a rule up or down, switch it off or on, delete it."""
    _heads_only(request)
    act = request.POST.get("act", "")
    who: dict[str, Any] = {"rule": rule, "actor": request.actor, "now": request.now}
    if act in ("up", "down"):
        services.move_rule(up=act == "up", **who)
    elif act in ("on", "off"):
        services.switch_rule(on=act == "on", **who)
    elif act == "delete":
        services.delete_rule(**who)
    else:
        raise NotFound(gettext_noop("There is no such page."), remedy=gettext_noop("Go back to the rules."))
    return redirect("desk:rules")
